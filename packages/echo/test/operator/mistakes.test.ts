import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { runCommand } from '../support/command.js';
import { configurationFile } from '../support/configured-server.js';

t.jobs = 4;

/** A port that somebody has. */
async function takenPort(t: Test): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function started(t: Test, settings: object | string) {
  const file = configurationFile(t, settings);
  const { status, stdout, stderr } = await runCommand(t, ['server', '--config', file]);
  return { status, stdout: stdout.toString(), lines: stderr.replaceAll(file, 'echo.json').trim().split('\n') };
}

t.test('a configuration that is wrong ends the server with 2, and each mistake is told with its place', async (t) => {
  const { status, stdout, lines } = await started(t, '{\n  "listen": {\n    "port": "seven",\n    "bakclog": 5\n  },\n  "admin": { "port": 9, "host": "0.0.0.0" }\n}');
  t.equal(status, 2);
  t.equal(stdout, '');
  t.same(lines, [
    'edgeloop-echo: unknown key "listen.bakclog" (echo.json:4); did you mean "listen.backlog"?',
    'edgeloop-echo: listen.port: must be a whole number from 0 to 65535, but is "seven" (echo.json:3) (see --help)',
  ]);
});

t.test('a file that is missing ends it with 2, too', async (t) => {
  const { status, stderr } = await runCommand(t, ['server', '--config', '/nowhere/echo.json']);
  t.equal(status, 2);
  t.match(stderr, /^edgeloop-echo: cannot read the config file "\/nowhere\/echo\.json" \(--config\): ENOENT.*\n$/);
});

t.test('a port that somebody else has ends it with 1, in one line that says what to do', async (t) => {
  const port = await takenPort(t);
  const { status, stdout, lines } = await started(t, { listen: { port } });
  t.equal(status, 1);
  t.equal(stdout, '');
  t.equal(lines.length, 1);
  t.match(lines, [`edgeloop-echo: bind 127.0.0.1:${port}: EADDRINUSE (address already in use); another socket is bound there; stop it or choose another port`]);
});

t.test("a port that the endpoint cannot have ends it with 1, and it has not served anybody's request", async (t) => {
  const port = await takenPort(t);
  const { status, stdout, lines } = await started(t, { listen: { port: 0 }, admin: { port } });
  t.equal(status, 1);
  t.equal(stdout, '', 'nobody was told that it is up');
  t.match(lines.at(-1), `edgeloop-echo: bind 127.0.0.1:${port}: EADDRINUSE`);
  t.same(lines.slice(0, -1).map((line) => (JSON.parse(line) as { event: unknown }).event), ['listener.opened'], 'it was open for a moment; its end is no news');
});

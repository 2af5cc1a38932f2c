import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { echoConfiguration } from '../../src/configuration.js';
import { runCommand, start } from '../support/command.js';

const root = new URL('../../../../../', import.meta.url);
const folder = new URL('deploy/container/', root);
const HEALTHY = fileURLToPath(new URL('healthy.mjs', folder));
/** Continued lines are joined. */
const file = readFileSync(new URL('Containerfile', folder), 'utf8').replaceAll('\\\n', ' ');

/** What follows the last instruction of this name. */
function instruction(name: string): string {
  return [...file.matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].at(-1)?.[1] as string;
}

function configuration(t: Test, admin: object): string {
  const path = `${t.testdir()}/echo.json`;
  writeFileSync(path, JSON.stringify({ admin }));
  return path;
}

/** What the health check ends with. */
async function healthOf(t: Test, path: string): Promise<number | string> {
  return (await start(t, process.execPath, [HEALTHY, path]).outcome).status;
}

t.test('the health check passes on what the server says of itself', async (t) => {
  const asked: (string | undefined)[] = [];
  let status = 200;
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.writeHead(status).end('{}');
  });
  t.teardown(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  for (const admin of [{ port }, { port, host: '0.0.0.0' }]) t.equal(await healthOf(t, configuration(t, admin)), 0);
  status = 503;
  t.equal(await healthOf(t, configuration(t, { port })), 1);
  t.same(asked, ['/healthz', '/healthz', '/healthz']);
});

t.test('the health check fails where nobody answers, and without a configuration', async (t) => {
  const server = createServer();
  await once(server.listen(0, '::1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  t.equal(await healthOf(t, configuration(t, { port, host: '::1' })), 1);
  t.equal(await healthOf(t, `${t.testdir()}/missing.json`), 1);
});

t.test('the image starts the server without a shell, as nobody special, and stops it by SIGTERM', async (t) => {
  t.equal(instruction('STOPSIGNAL'), 'SIGTERM');
  t.equal(instruction('USER'), 'node');
  const [node, program, ...args] = [...JSON.parse(instruction('ENTRYPOINT')), ...JSON.parse(instruction('CMD'))] as [string, string];
  t.equal(node, 'node');
  t.ok(existsSync(new URL(program.replace('/opt/edgeloop/', 'packages/echo/'), root)), program);
  t.same(args, ['server', '--config', '/etc/edgeloop/echo.json']);
  const [, check = ''] = /CMD (\[.*\])/.exec(instruction('HEALTHCHECK')) ?? [];
  t.same(JSON.parse(check), ['node', '/opt/edgeloop/healthy.mjs', '/etc/edgeloop/echo.json']);
});

t.test('what is copied into the image from the repository is there, and where it is used', async (t) => {
  const copies = [...file.matchAll(/^COPY (deploy\S+) (\S+)$/gm)];
  t.same(copies.map(([, , target]) => target), ['/opt/edgeloop/healthy.mjs', '/etc/edgeloop/echo.json']);
  for (const [, source] of copies) t.ok(existsSync(new URL(source as string, root)), `${source} exists`);
});

t.test('the server accepts the configuration of the image', async (t) => {
  const { status, stdout, stderr } = await runCommand(t, ['server', '--config', fileURLToPath(new URL('echo.json', folder)), '--print-config']);
  t.equal(status, 0, stderr);
  t.match(JSON.parse(stdout.toString()), { listen: { host: '0.0.0.0', port: 7000 }, admin: { port: 9464 } });
});

t.test('the configuration of the image ends the server before Docker kills it', async (t) => {
  const { listen, admin, shutdown } = JSON.parse(readFileSync(new URL('echo.json', folder), 'utf8')) as Record<string, Record<string, number>>;
  t.match(instruction('EXPOSE'), String(listen?.['port']));
  t.equal(admin?.['host'], '127.0.0.1', 'an endpoint for all takes a token');
  const { graceSeconds } = echoConfiguration.parse({ listen: { port: 0 } }).shutdown;
  t.ok((shutdown?.['graceSeconds'] as number) < graceSeconds, 'by default both wait for ten seconds');
});

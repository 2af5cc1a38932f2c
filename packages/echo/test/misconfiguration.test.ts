/** Configurations that are wrong or change too much, loaded by a server that is at work. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { COMMAND, start } from './support/command.js';

// Most of the time goes into starting processes.
t.jobs = 4;

/** A server with a configuration file that can be rewritten; `reload` sends SIGHUP and resolves with the line that answers it. */
async function startConfigured(t: Test, configuration: object) {
  const file = join(t.testdir({}), 'echo.json');
  writeFileSync(file, JSON.stringify(configuration));
  const server = start(t, process.execPath, [COMMAND, 'server', '--config', file]);
  let log = '';
  server.process.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await server.printed('twice, at once.\n');
  const answers = () => log.split('\n').filter((line) => /"event":"config\./.test(line));
  const reload = async (text: string): Promise<Readonly<Record<string, unknown>>> => {
    const before = answers().length;
    writeFileSync(file, text);
    server.process.kill('SIGHUP');
    while (answers().length === before) {
      const ended = await Promise.race([once(server.process.stderr, 'data').then(() => false), server.outcome.then(() => true)]);
      if (ended) throw new Error(`it ended instead of answering: ${log}`);
    }
    return JSON.parse(answers().at(-1) as string) as Readonly<Record<string, unknown>>;
  };
  return { server, reload };
}

t.test('a level for a component that does not exist is refused at SIGHUP, and the server goes on', async (t) => {
  const { server, reload } = await startConfigured(t, { listen: { port: 0 } });
  t.match(await reload('{"listen":{"port":0},"log":{"levels":{"reactr":"debug"}}}'), { event: 'config.rejected', complaints: [/^log\.levels: must name components/] });
  server.process.kill('SIGTERM');
  t.equal((await server.outcome).status, 0);
});

t.test('a Unix socket that is to become a port waits for a restart, with the limits that only a port has', async (t) => {
  const path = `@edgeloop-misconfiguration-${process.pid}`;
  const { server, reload } = await startConfigured(t, { listen: { path } });
  t.match(await reload('{"listen":{"port":0,"maxConnectionsPerAddress":5,"maxConnections":9}}'), {
    event: 'config.reloaded', changed: ['listen.maxConnections'], needsRestart: ['listen.port', 'listen.path', 'listen.maxConnectionsPerAddress'],
  });
  t.match(await reload(JSON.stringify({ listen: { path } })), { event: 'config.reloaded', changed: ['listen.maxConnections'], needsRestart: [] });
  server.process.kill('SIGTERM');
  t.equal((await server.outcome).status, 0);
});

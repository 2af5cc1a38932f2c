import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { COMMAND, type Running, start } from '../support/command.js';
import { configurationFile } from '../support/configured-server.js';
import { skipWithout } from '../support/required-tool.js';

t.jobs = 4;

/** A server in a terminal of its own; `line` is the shell's in that terminal, with the server's command as "$@". */
async function inTerminal(t: Test, line: string) {
  const folder = t.testdir();
  const file = configurationFile(t, { listen: { port: 0 } });
  const log = `${folder}/log`;
  // script(1) gives the command to a shell as text. The test runner's loaders would listen to SIGHUP themselves.
  const server = `env -u NODE_OPTIONS "${process.execPath}" "${COMMAND}" server --config "${file}"`;
  const terminal = start(t, 'script', ['-qec', `cd "${folder}"; set -- ${server}; ${line}`, '/dev/null']);
  const printed = await terminal.printed('twice, at once.');
  const pid = Number(/^PID (\d+)/m.exec(printed)?.[1]);
  t.teardown(() => existsSync(`/proc/${pid}`) && process.kill(pid, 'SIGKILL'));
  return { terminal, folder, log, pid };
}

/** script(1) holds the terminal's other side; with its end the kernel hangs up. */
async function closed(terminal: Running): Promise<void> {
  terminal.process.kill('SIGKILL');
  await terminal.outcome;
}

/** A busy machine makes a stall of anything, a reload among them. */
function events(log: string): unknown[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { event: unknown }).event).filter((event) => event !== 'loop.stalled');
}

/** The test's own time limit ends the waiting. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

const ENDED = ['signal.received', 'shutdown.begun', 'listener.closed', 'shutdown.finished'];

t.test('in a terminal, kill -HUP reloads, and closing the terminal ends the server in order', skipWithout('script'), async (t) => {
  const { terminal, log, pid } = await inTerminal(t, 'echo "PID $$"; exec "$@" 2>log');
  process.kill(pid, 'SIGHUP');
  await until(() => events(log).includes('config.reloaded'));
  await closed(terminal);
  await until(() => !existsSync(`/proc/${pid}`));
  t.same(events(log), ['listener.opened', 'config.reloaded', ...ENDED], 'and no complaint of Node about the terminal');
});

t.test('with its log in that terminal it ends, too', skipWithout('script'), async (t) => {
  const { terminal, pid } = await inTerminal(t, 'echo "PID $$"; exec "$@"');
  await closed(terminal);
  await until(() => !existsSync(`/proc/${pid}`));
  t.pass();
});

t.test('a shell that passes the hang-up on, as kill(1) would send it, ends its servers in the background', skipWithout('script'), async (t) => {
  // With "set -m" the server has a process group of its own, to which the kernel says nothing.
  const { terminal, folder, log, pid } = await inTerminal(t, 'trap "" HUP; set -m; "$@" 2>log & echo "PID $!"; wait $!; echo $? >status');
  await closed(terminal);
  process.kill(pid, 'SIGHUP');
  await until(() => existsSync(`${folder}/status`) && readFileSync(`${folder}/status`, 'utf8') !== '');
  t.equal(readFileSync(`${folder}/status`, 'utf8'), '129\n', 'by the signal, as who waits for it expects');
  t.same(events(log), ['listener.opened', ...ENDED]);
});

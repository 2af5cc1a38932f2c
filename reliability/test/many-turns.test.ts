import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** A million, as `npm run test:long` asks for them, or as many as it takes for every fault to happen. */
const TURNS = process.env['LONG_TESTS'] === 'true' ? 1_000_000 : 400_000;
const COMMAND = fileURLToPath(new URL('../src/simulate/main.js', import.meta.url));

/** What must have happened in so many turns, or the simulation would have simulated nothing. */
const MUST_HAPPEN = [
  'recv: EAGAIN, after it was reported readable', 'recv: EINTR', 'send: EAGAIN', 'send: less than was asked for', 'ends: ECONNRESET', 'send: EPIPE',
  'accept: EMFILE', 'accept: ECONNABORTED, injected', 'accept: ENOBUFS, injected', 'accepting rested', 'epollWait: EINTR',
  'descriptor numbers used again', 'stale events dropped', 'peers told: ECONNRESET', 'handlers that failed', 'mischief: destroyOther',
  'ends: EL_HANDLER_FAILED', 'ends: EL_REACTOR_CLOSED', 'ends: EL_SLOW_CONSUMER', 'ends: EL_IDLE_TIMEOUT', 'ends: EL_HANDSHAKE_TIMEOUT',
  'ends: EL_MESSAGE_TIMEOUT', 'ends: EL_WRITE_TIMEOUT', 'ends: EL_LIFETIME_EXCEEDED', 'dials that failed', 'timers called', 'datagrams received',
  'tasks, messages and signals', 'deliberate errors that reached uncaughtException',
];

t.test(`${TURNS} turns under every fault hold against the model, and every fault has happened`, async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, '--turns', `${TURNS}`, '--jobs', '2'], { encoding: 'utf8' });
  t.equal(status, 0, `${stdout}${stderr}`);
  const [, turns = '0'] = /([\d,]+) turns in .*; nothing found/.exec(stdout) ?? [];
  t.ok(Number(turns.replaceAll(',', '')) >= TURNS, `${turns} turns`);
  for (const what of MUST_HAPPEN) t.match(stdout, new RegExp(`\\d  ${what}\n`), what);
});

/** The trials of the reactor, in brief, and their command. `npm run trials` measures. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { GROUPS, TRIALS } from '../src/trials/catalogue.js';
import { TrialServer } from '../src/trials/field/server.js';
import { holds } from '../src/waiting.js';
import { make } from '../src/trials/runner.js';
import { BRIEF } from '../src/trials/field/findings.js';
import { account, passed, table } from '../src/trials/report.js';
import type { Outcome, Trial } from '../src/trials/trial.js';
import { tryBriefly } from './support/brief-trials.js';

const MAIN = fileURLToPath(new URL('../src/trials/main.js', import.meta.url));

// Most of the time is spent waiting: for deadlines, for processes to start.
t.jobs = 3;

tryBriefly(t, GROUPS['reactor'] as readonly Trial[]);

const runTrials = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

t.test('a trial that does not exist is told in a line, with those that do', async (t) => {
  const { status, stderr } = runTrials('rst-storm', 'nothing');
  t.equal(status, 2);
  t.equal(stderr, `trials: there is no trial "nothing", only ${[...Object.keys(GROUPS), ...TRIALS.map(({ name }) => name)].join(', ')}\n`);
  t.equal(runTrials('--fast').status, 2);
});

t.test('--list names each trial and what it provokes, and --help shows them, too', async (t) => {
  for (const option of ['--list', '--help']) {
    const { status, stdout } = runTrials(option);
    t.equal(status, 0);
    for (const { name, provokes } of TRIALS) t.match(stdout, new RegExp(`^ +${name} +${provokes.slice(0, 20)}`, 'm'));
  }
});

t.test('a server that is not as expected makes a trial fail, and the report says in what', async (t) => {
  const trial: Trial = {
    name: 'nothing', provokes: 'nothing', expects: 'something', tools: [],
    run: async (field) => {
      field.expect('something happens', false, 'nothing');
      throw new Error('no server');
    },
  };
  const outcome: Outcome = await make(trial, BRIEF);
  t.notOk(passed(outcome));
  t.match(account(outcome), '  FAILED something happens: nothing\n  FAILED the trial runs to its end: no server');
  t.match(table([outcome]), /^nothing .*FAILED$/m);
});

/** Greets, warns in two pieces when it is told to end, and fails with its last word. */
const LAST_WORDS = `
  process.stdout.write('on 127.0.0.1:1 \\nTry');
  setInterval(() => {}, 1000);
  process.once('SIGTERM', () => {
    process.stderr.write('{"level":40,');
    setTimeout(() => {
      process.stderr.write('"msg":"warned"}\\n{"level":50,"msg":"failed"}');
      process.exit();
    }, 50);
  });
`;

t.test('of what a server logs, errors are found up to its last word, and a warning is none, however it comes', async (t) => {
  const program = `${t.testdir({ 'server.mjs': LAST_WORDS })}/server.mjs`;
  const server = await TrialServer.start([], { program });
  t.equal(await server.stop(), '{"level":50,"msg":"failed"}');
});

t.test('a trial whose tools are missing is skipped, and says which', async (t) => {
  const names = TRIALS.filter(({ tools }) => tools.length > 0).map(({ name }) => name);
  const { status, stdout } = spawnSync(process.execPath, [MAIN, '--brief', ...names], { encoding: 'utf8', env: { PATH: '/nowhere' } });
  t.equal(status, 0);
  for (const name of names) t.match(stdout, new RegExp(`^${name}: skipped, \\w+ is not installed$`, 'm'));
});

/** Empty if there is no such process any more, or nobody has asked for its exit status. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

t.test('whoever interrupts a trial leaves no process behind, and be it a stopped one', async (t) => {
  const trials = spawn(process.execPath, [MAIN, '--brief', 'stopped-client'], { stdio: 'ignore' });
  const children = (): string[] => readFileSync(`/proc/${trials.pid}/task/${trials.pid}/children`, 'utf8').split(' ').filter(Boolean);
  t.ok(await holds(() => children().some((pid) => commandOf(pid).includes('late-reader'))), 'the client is there');
  const pids = children();
  trials.kill('SIGINT');
  t.same(await once(trials, 'exit'), [130, null]);
  t.ok(await holds(() => pids.every((pid) => commandOf(pid) === '')), 'they have ended');
});

import fc from 'fast-check';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { type CreateLogOptions, type Log, createLog, createReactor } from '../../src/index.js';
import { start } from '../support/child.js';
import { HOSTILE, UNSAFE_BUT_NEWLINE } from '../support/hostile-text.js';

function open(options: CreateLogOptions = {}, isTTY?: boolean) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line), ...(isTTY === undefined ? {} : { isTTY }) };
  return { lines, ...createLog({ level: 'info', destination, ...options }) };
}

/** A variable of the environment for one test. */
function setVariable(t: Test, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.teardown(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

t.test('lines are JSON, with the fields of the log they were written by', async (t) => {
  const { log, lines } = open();
  log.child({ plugin: 'echo' }).child({ connection: 7 }).info({ event: 'x', n: 1 }, 'hello');
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] as string), { level: 30, name: 'edgeloop', plugin: 'echo', connection: 7, event: 'x', n: 1, msg: 'hello' });
});

t.test('on a terminal they are for people, elsewhere for machines, unless the format is given', async (t) => {
  const written = (options: CreateLogOptions, isTTY?: boolean) => {
    const { log, lines } = open(options, isTTY);
    log.warn({ limit: 'total' }, 'refused');
    return lines.join('');
  };
  t.match(written({}), /^\{.*"msg":"refused"\}\n$/);
  t.match(written({}, false), /^\{/);
  t.match(written({}, true), /WARN.*refused.*"limit":"total"/);
  t.match(written({ format: 'json' }, true), /^\{/);
  t.match(written({ format: 'pretty' }), /^\[[\d:.]+\] WARN: refused \{"limit":"total"\}\n$/, 'without colours');
});

t.test('colours are for terminals only, and NO_COLOR turns them off there', async (t) => {
  setVariable(t, 'NO_COLOR', '1');
  const { log, lines } = open({}, true);
  log.warn({}, 'plain');
  t.notMatch(lines[0], UNSAFE_BUT_NEWLINE);
});

t.test('a level that is changed holds at once, for logs too that were made before', async (t) => {
  const { log, levels, lines } = open({ level: 'warn' });
  const plugin = log.child({ plugin: 'echo' });
  const connection = plugin.child({ connection: 1 });
  const other = log.child({ plugin: 'other' });
  const network = log.child({ component: 'connection', plugin: 'echo' });
  const writers = { log, plugin, connection, other, network };
  const heard = () => {
    lines.length = 0;
    for (const [name, writer] of Object.entries(writers)) writer.debug({}, name);
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  };
  t.same(heard(), []);
  levels.set('plugin:echo', 'debug');
  t.same(heard(), ['plugin', 'connection']);
  levels.set('plugin', 'debug');
  t.same(heard(), ['plugin', 'connection', 'other']);
  levels.set('plugin:echo', 'error');
  t.same(heard(), ['other']);
  levels.set('plugin:echo', 'default');
  levels.set('connection', 'debug');
  t.same(heard(), ['plugin', 'connection', 'other', 'network']);
  levels.set('default', 'debug');
  t.same(heard(), Object.keys(writers));
  levels.set('connection', 'silent');
  t.equal(network.isLevelEnabled('error'), false);
  t.equal(plugin.isLevelEnabled('debug'), true);
});

t.test('the levels tell of all components; those given at the start hold for plugins to come', async (t) => {
  const { log, levels } = open({ levels: { 'plugin:echo': 'debug', connection: 'error' } });
  t.same(levels.get(), { admin: 'info', config: 'info', connection: 'error', default: 'info', plugin: 'info', 'plugin:echo': 'debug', reactor: 'info' });
  t.equal(log.child({ plugin: 'echo' }).isLevelEnabled('debug'), true);
  log.child({ plugin: 'late' });
  t.equal(levels.get()['plugin:late'], 'info');
});

t.test('a component or level that does not exist is refused, with those that do', async (t) => {
  const { levels } = open();
  t.throws(() => levels.set('plugin:nobody', 'debug'), { code: 'EL_OPTION_INVALID', message: /no component "plugin:nobody"; there are default, admin, / });
  t.throws(() => levels.set('reactor', 'loud'), { code: 'EL_OPTION_INVALID', message: /no level "loud"; there are trace, debug, / });
  t.throws(() => levels.set('default', 'default'), { code: 'EL_OPTION_INVALID' });
  t.throws(() => open({ level: 'loud' as never }), { code: 'EL_OPTION_INVALID', message: /"level".*'loud'/ });
  t.throws(() => open({ levels: { reactr: 'info' } }), { code: 'EL_OPTION_INVALID', message: /"levels": must name components .*'reactr'/ });
  t.throws(() => levels.reset('info', { reactr: 'info' }), { code: 'EL_OPTION_INVALID', message: /no component "reactr"/ });
  t.throws(() => createLog({ destination: {} as never }), { code: 'EL_OPTION_INVALID', message: /"destination": must have a method write/ });
  t.throws(() => createLog({ colour: true } as never), { code: 'EL_OPTION_INVALID', message: /no option "colour"/ });
});

t.test('EDGELOOP_LOG_LEVEL is the level where none is given, and named where it is wrong', async (t) => {
  setVariable(t, 'EDGELOOP_LOG_LEVEL', 'debug');
  t.equal(createLog().levels.get()['default'], 'debug');
  t.equal(createLog({ level: 'error' }).levels.get()['default'], 'error');
  setVariable(t, 'EDGELOOP_LOG_LEVEL', 'loud');
  t.throws(() => createLog(), { code: 'EL_OPTION_INVALID', message: /EDGELOOP_LOG_LEVEL.*'loud'/ });
  t.throws(() => createReactor(), { code: 'EL_OPTION_INVALID' });
});

t.test('any pino logger will do, and a log that lacks a method is refused before it is needed', async (t) => {
  const lines: string[] = [];
  const log: Log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  await createReactor({ log }).close();
  t.match(lines.map((line) => JSON.parse(line) as object), [{ component: 'reactor', event: 'shutdown.begun' }, { event: 'shutdown.finished', forced: 0 }]);
  const incomplete = { error() {}, warn() {}, info() {}, debug() {} };
  t.throws(() => createReactor({ log: incomplete as unknown as Log }), { code: 'EL_OPTION_INVALID', message: /"log" lacks child, isLevelEnabled;/ });
});

t.test('the default log writes warnings to standard error at once, so that the last words are not lost', async (t) => {
  const child = start(t, `
    const { log } = createLog();
    log.info({}, 'not this');
    log.warn({ event: 'last.words' }, 'this');
    process.reallyExit(7);
  `);
  t.match(await child.finished, { code: 7 });
  t.equal(child.stdout, '');
  t.match(child.stderr.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as object), [{ level: 40, event: 'last.words', msg: 'this' }]);
});

/** Everything that a peer may have a say in, at once. */
function write(log: Log, text: string): void {
  log.child({ name: text, [text]: text }).warn({ peer: text, nested: { [text]: [text] }, event: text }, text);
}

t.test('hostile text reaches neither a terminal nor another line', async (t) => {
  for (const [index, text] of HOSTILE.entries()) {
    for (const format of ['json', 'pretty'] as const) {
      const { log, lines } = open({ format });
      write(log, text);
      t.equal(lines.join('').split('\n').length, 2, `one line for text ${index}`);
      t.notMatch(lines[0], UNSAFE_BUT_NEWLINE);
      if (format === 'json') t.match(JSON.parse(lines[0] as string), { level: 40, name: /./ });
    }
  }
});

t.test('no text at all does (random text)', async () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...HOSTILE) }));
  for (const format of ['json', 'pretty'] as const) {
    const { log, lines } = open({ format });
    fc.assert(
      fc.property(texts, (text) => {
        lines.length = 0;
        write(log, text);
        if (format === 'json') JSON.parse(lines[0] as string);
        return lines.length === 1 && lines[0]?.split('\n').length === 2 && !UNSAFE_BUT_NEWLINE.test(lines[0]);
      }),
    );
  }
});

t.test('an error of a thousand lines stays short, and its lines cannot be taken for others', async (t) => {
  const { log, lines } = open({ format: 'pretty' });
  log.error({ err: new Error('[00:00:00.000] INFO: forged\u001b[2J\n'.repeat(1000)) }, 'failed');
  const shown = lines.join('').split('\n');
  t.ok(shown.length < 50, `${shown.length} lines`);
  t.notOk(shown.slice(1).some((line) => /^\[\d/.test(line)));
  t.notMatch(lines.join(''), UNSAFE_BUT_NEWLINE);
});

t.test('a log that cannot be written, as on a full disk, ends nobody', async (t) => {
  for (const format of ['json', 'pretty']) {
    const child = start(t, `
      const { log } = createLog({ level: 'info', format: '${format}' });
      for (let i = 0; i < 10_000; i++) log.info({ i }, 'nobody reads this');
      setImmediate(() => console.log('still here'));
    `, ['sh', '-c', 'exec "$@" 2>/dev/full', 'sh']);
    t.same(await child.finished, { code: 0, signal: null });
    t.equal(child.stdout, 'still here\n');
  }
});

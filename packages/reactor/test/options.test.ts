import { inspect } from 'node:util';
import t from 'tap';
import { connectOptions, listenOptions, reactorOptions } from '../src/options.js';
import { parseChanges, parseOptions } from '../src/options-check.js';

function complaintOf(value: unknown, schema: Parameters<typeof parseOptions>[0] = listenOptions): string {
  try {
    parseOptions(schema, value, 'listen');
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
  return 'accepted';
}

t.test('defaults are filled in', async (t) => {
  const options = parseOptions(listenOptions, { port: 0 }, 'listen');
  t.match(options, { host: '127.0.0.1', port: 0, trigger: 'edge', noDelay: true, pauseOnBackpressure: true, ipv6Only: false });
});

t.test('a wrong option is named, with what it was and what is allowed', async (t) => {
  t.equal(complaintOf({ port: 70_000 }), 'EL_OPTION_INVALID listen: "port": too big: expected number to be <=65535, but got 70000');
  t.match(complaintOf({}), /"port": .*got nothing/);
  t.match(complaintOf({ port: 0, trigger: 'sideways' }), /"trigger": .*"edge"\|"level"\|"oneshot".*'sideways'/);
  t.match(complaintOf({ port: 0, host: '' }), /"host": .*got ''/);
  t.match(complaintOf({ port: 0, keepAliveSeconds: -1 }), /"keepAliveSeconds": .*got -1/);
  t.match(complaintOf({ port: 0, userTimeoutMs: 2 ** 32 }), /"userTimeoutMs": too big/);
  t.match(complaintOf({ port: 0, host: 'x' }, connectOptions), /"port": .*got 0/);
  t.match(complaintOf({ readBufferBytes: 0.5 }, reactorOptions), /"readBufferBytes"/);
});

t.test('a wrong option is shown as it is, also where JSON has no word for it', async (t) => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  for (const port of [10n, Number.NaN, Number.POSITIVE_INFINITY, Symbol('x'), loop]) {
    t.ok(complaintOf({ port }).endsWith(`, but got ${inspect(port)}`), complaintOf({ port }));
  }
});

t.test('an option that does not exist is refused', async (t) => {
  t.equal(complaintOf({ port: 0, tirgger: 'edge' }), 'EL_OPTION_INVALID listen: there is no option "tirgger"');
});

t.test('all that is wrong is said at once', async (t) => {
  t.match(complaintOf({ port: -1, backlog: 0 }), /"port".*; "backlog"|"backlog".*; "port"/);
});

t.test('water marks that are crossed are refused', async (t) => {
  t.match(complaintOf({ port: 0, lowWaterBytes: 100, highWaterBytes: 100 }), /"lowWaterBytes": must be below highWaterBytes \(100\), but got 100/);
  t.match(complaintOf({ port: 0, highWaterBytes: 2 ** 30 }), /"highWaterBytes": must not be above maxQueuedBytes/);
});

t.test('every option of a reactor or a listener either can change or says that it cannot, and a default never comes back by itself', async (t) => {
  for (const [what, schema, first] of [['listener', listenOptions, { port: 0 }], ['reactor', reactorOptions, {}]] as const) {
    const current = { ...parseOptions(schema, first, 'test'), maxConnections: 7 };
    for (const [name, value] of Object.entries(current)) {
      try {
        t.same(parseChanges(what, schema as typeof reactorOptions, current as never, { [name]: value }), current, name);
      } catch (error) {
        t.match(error, { code: 'EL_OPTION_INVALID', message: `${what}.reconfigure: "${name}": cannot change while the ${what} is open; it takes a new ${what}` });
      }
      t.same(parseChanges(what, schema as typeof reactorOptions, current as never, { [name]: undefined }), current);
    }
  }
});

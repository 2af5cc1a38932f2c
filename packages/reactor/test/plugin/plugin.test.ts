import t from 'tap';
import { z } from 'zod';
import { createReactor, definePlugin } from '../../src/index.js';
import { checkHooks } from '../../src/plugin/plugin.js';

t.test('a hook that does not exist is refused by name, with those that do', async (t) => {
  t.throws(() => checkHooks('p', { onDta() {} }), {
    code: 'EL_PLUGIN_INVALID',
    message: 'plugin "p" has a hook "onDta", which does not exist; there are onOpen, onData, onHalfClose, onDrain, onClose, onShutdown, beforeOutput',
  });
  t.throws(() => checkHooks('p', { onData: 'x' }), { code: 'EL_PLUGIN_INVALID', message: /"onData" must be a function, but is string/ });
  for (const none of [undefined, null, 'x', Promise.resolve({ onData() {} })]) {
    t.throws(() => checkHooks('p', none as never), { code: 'EL_PLUGIN_INVALID', message: /must have an object with hooks/ });
  }
  t.doesNotThrow(() => checkHooks('p', {}), 'all hooks are optional');
});

t.test('use checks the options, names the wrong one, and hands on the parsed ones', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  let given: unknown;
  const plugin = definePlugin({
    name: 'greeter',
    options: z.strictObject({ greeting: z.string().min(1), times: z.int().default(2) }),
    setup({ options }) {
      given = options;
      return {};
    },
  });
  t.throws(() => reactor.use(plugin, { greeting: '' }), { code: 'EL_OPTION_INVALID', message: /^plugin "greeter": "greeting": .*got ''$/ });
  t.equal(given, undefined);
  reactor.use(plugin, { greeting: 'hi' });
  t.same(given, { greeting: 'hi', times: 2 });
});

t.test('the api beside the hooks is there for the program, typed, and for each use its own', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const counter = definePlugin({
    name: 'counter',
    options: z.strictObject({ from: z.int().default(0) }),
    setup({ options }) {
      let count = options.from;
      return { onOpen: () => void count++, api: { add: (n: number) => (count += n) } };
    },
  });
  const first: number = reactor.use(counter).api.add(2);
  const host = reactor.use(counter, { from: 10 });
  t.equal(first, 2);
  t.equal(host.api.add(1), 11);
  const { address } = await host.listen({ port: 0 });
  await reactor.use(counter).connect({ host: '127.0.0.1', port: address.port });
  while (reactor.counters.accepted === 0) await reactor.delay(1);
  t.equal(host.api.add(0), 12, 'the hooks and the api share what setup has made');
});

t.test('a plugin without an api has none, and a client with hooks of its own may not bring one', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const host = reactor.use(definePlugin({ name: 'mute', options: z.strictObject({}), setup: () => ({}) }));
  const api: undefined = host.api;
  t.equal(api, undefined);
  await t.rejects(async () => reactor.connect({ host: '127.0.0.1', port: 1 }, { api: {} } as never), { code: 'EL_PLUGIN_INVALID', message: /has a hook "api"/ });
});

t.test('connections have the defaults of their plugin, unless listen or connect says otherwise', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const below: boolean[] = [];
  const writer = definePlugin({
    name: 'writer',
    options: z.strictObject({}),
    connectionDefaults: { highWaterBytes: 2, lowWaterBytes: 1, pauseOnBackpressure: false },
    setup: () => ({ onOpen: (connection) => void below.push(connection.write('abc')) }),
  });
  const host = reactor.use(writer);
  const { address } = await host.listen({ port: 0, highWaterBytes: 4 });
  await host.connect({ host: '127.0.0.1', port: address.port });
  while (below.length < 2) await reactor.delay(1);
  t.strictSame(new Set(below), new Set([true, false]), 'the dialled one is above its mark, and the accepted one below another');
  await t.rejects(host.listen({ port: 0, lowWaterBytes: 3 }), { code: 'EL_OPTION_INVALID', message: /"lowWaterBytes": must be below highWaterBytes \(2\)/ });
  await t.rejects(host.listen(undefined as never), { code: 'EL_OPTION_INVALID' });
});

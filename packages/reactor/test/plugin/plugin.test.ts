import t from 'tap';
import { z } from 'zod';
import { createReactor, definePlugin } from '../../src/index.js';
import { checkHooks } from '../../src/plugin/plugin.js';

t.test('a hook that does not exist is refused by name, with those that do', async (t) => {
  t.throws(() => checkHooks('p', { onDta() {} }), {
    code: 'EL_PLUGIN_INVALID',
    message: 'plugin "p" has a hook "onDta", which does not exist; there are onOpen, onData, onHalfClose, onDrain, onClose, onShutdown',
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

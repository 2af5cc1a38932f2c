/** Handlers that fail, and options that are wrong. */
import t from 'tap';
import type { Connection, Hooks } from '../../src/index.js';
import { createReactor } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { type LogLine, dial, descriptors, memoryLog, openReactor, serve, until, using } from '../support/setting.js';

const native = nativeKernel();

const HOOKS = ['state', 'onOpen', 'onData', 'onHalfClose', 'onDrain', 'onClose'] as const;
const WAYS = ['throws', 'rejects', 'rejects late'] as const;

for (const hook of HOOKS) {
  for (const way of WAYS) {
    if (hook === 'state' && way !== 'throws') continue;
    t.test(`a plugin whose ${hook} ${way} loses that connection and no other, and the log says so`, async (t) => {
      const escaped: unknown[] = [];
      const catchEscaped = (error: unknown) => void escaped.push(error);
      process.on('unhandledRejection', catchEscaped);
      t.teardown(() => process.off('unhandledRejection', catchEscaped));

      const log = memoryLog();
      let armed = false;
      const closes: (Error | undefined)[] = [];
      const fail = (name: string) => {
        if (!armed || name !== hook) return undefined;
        armed = false;
        const error = new Error(`${hook} went wrong`);
        if (way === 'throws') throw error;
        return way === 'rejects' ? Promise.reject(error) : new Promise((_resolve, reject) => setTimeout(() => reject(error), 2));
      };
      const hooks: Hooks<undefined> = {
        onOpen: () => fail('onOpen'),
        onData(connection, chunk) {
          connection.write(hook === 'onDrain' && armed ? Buffer.alloc(8_000_000) : chunk);
          return fail('onData');
        },
        onHalfClose: () => fail('onHalfClose'),
        onDrain: () => fail('onDrain'),
        onClose(_connection, reason) {
          closes.push(reason);
          return fail('onClose');
        },
      };
      const { port, reactor } = await serve(t, hooks, { log, state: () => fail('state') as undefined });
      const bystander = await dial(t, port);
      t.equal(await bystander.echo('before'), 'before');
      armed = true;
      const client = await dial(t, port);
      client.socket.end('x');
      await until(() => closes.length === 1, 'onClose');
      await until(() => escaped.length > 0 || reactor.counters.handlerFailures > 0, 'the report');
      t.same(escaped, [], 'no rejection escapes to the process');
      t.equal(reactor.counters.handlerFailures, 1);
      if (hook === 'onClose') t.equal(closes[0], undefined);
      else t.match(closes[0], { code: 'EL_HANDLER_FAILED', cause: { message: `${hook} went wrong` } });
      const failures = log.lines.filter(({ event }) => event === 'handler.failed') as (LogLine & { hook: string })[];
      t.match(failures, [{ level: 'error', plugin: 'test', hook, err: { code: 'EL_HANDLER_FAILED' } }]);
      t.equal(await bystander.echo('after'), 'after');
      t.equal(reactor.connectionCount, 1);
    });
  }
}

/** What String() makes nothing of. */
const NO_TEXT: unknown = Object.create(null);

/** Errors of which even the code or the name cannot be read. */
const UNREADABLE: Readonly<Record<string, PropertyDescriptorMap>> = {
  'a code whose getter throws': { code: { get: () => { throw new Error('the getter'); } } },
  'a code that is no text': { code: { value: NO_TEXT } },
  'a name that is no text': { name: { value: NO_TEXT } },
};

for (const [what, properties] of Object.entries(UNREADABLE)) {
  for (const way of ['thrown', 'given to destroy'] as const) {
    t.test(`an error with ${what}, ${way}, ends its connection and no other`, async (t) => {
      const { port, reactor } = await serve(t, {
        onData(connection, chunk) {
          if (String(chunk) !== 'fail') return void connection.write(chunk);
          const error = Object.defineProperties(new Error('unreadable'), properties);
          if (way === 'thrown') throw error;
          connection.destroy(error);
        },
      });
      const bystander = await dial(t, port);
      t.equal(await bystander.echo('before'), 'before');
      (await dial(t, port)).socket.write('fail');
      await until(() => reactor.counters.closed === 1, 'its end');
      t.equal(await bystander.echo('after'), 'after');
      t.equal(reactor.counters.handlerFailures, way === 'thrown' ? 1 : 0);
    });
  }
}

t.test('what is thrown may be a proxy that lets nobody look at it', async (t) => {
  const { proxy, revoke } = Proxy.revocable(new Error(), {});
  revoke();
  const { port, reactor } = await serve(t, { onData: () => { throw proxy; } });
  (await dial(t, port)).socket.write('x');
  await until(() => reactor.counters.closed === 1, 'its end');
  t.equal(reactor.counters.handlerFailures, 1);
});

t.test('a hook that does not exist, or is no function, is refused', async (t) => {
  const reactor = openReactor(t);
  t.throws(() => using(reactor, { onDate() {} } as Hooks<undefined>), { code: 'EL_PLUGIN_INVALID', message: /"onDate"/ });
  t.throws(() => using(reactor, { onData: 1 } as unknown as Hooks<undefined>), { code: 'EL_PLUGIN_INVALID', message: /"onData"/ });
});

t.test('each wrong option is named where it is given: createReactor, use, listen, connect', async (t) => {
  const plugin = using(openReactor(t), {});
  const wrong = async (call: () => unknown, name: string) => {
    const error = await Promise.resolve().then(call).then(() => undefined, (reason: unknown) => reason as Error & { code: string });
    t.match(error, { code: 'EL_OPTION_INVALID' }, name);
    t.match(error?.message, `"${name}"`);
  };
  const never = { log: memoryLog() };
  await wrong(() => createReactor({ ...never, loop: 'elsewhere' as 'embedded' }), 'loop');
  await wrong(() => createReactor({ ...never, debug: 1 as unknown as boolean }), 'debug');
  await wrong(() => createReactor({ ...never, readBufferBytes: 0 }), 'readBufferBytes');
  await wrong(() => createReactor({ ...never, readBufferBytes: 2 ** 40 }), 'readBufferBytes');
  await wrong(() => createReactor({ ...never, threads: 1 } as object), 'threads');
  for (const [name, value] of Object.entries({
    trigger: 'both', noDelay: 'yes', keepAliveSeconds: 1.5, keepAliveIntervalSeconds: 0, keepAliveProbes: 128, highWaterBytes: 0,
    lowWaterBytes: -1, maxQueuedBytes: 'much', pauseOnBackpressure: null, host: 7, port: -1, tirgger: 'edge',
  })) {
    await wrong(() => plugin.listen({ port: 0, [name]: value }), name);
    await wrong(() => plugin.connect({ host: '127.0.0.1', port: 1, [name]: value }), name);
  }
  for (const [name, value] of Object.entries({ backlog: 0, ipv6Only: 1, reusePort: 'a' })) await wrong(() => plugin.listen({ port: 0, [name]: value }), name);
  await wrong(() => plugin.listen({ port: 0, lowWaterBytes: 70_000 }), 'lowWaterBytes');
  await wrong(() => plugin.connect({ host: '127.0.0.1', port: 1, maxQueuedBytes: 10_000 }), 'highWaterBytes');
});

t.test('a reactor that cannot be made gives back what it had taken', async (t) => {
  for (const call of ['epollCreate', 'timerfdCreate', 'epollAdd'] as const) {
    const before = descriptors();
    t.throws(() => openReactor({ teardown() {} } as unknown as typeof t, { kernel: { ...native, [call]: () => -24 } }), { code: 'EMFILE' });
    t.equal(descriptors(), before, call);
  }
});

t.test('what a handler makes of a foreign connection stays with the foreign one', async (t) => {
  const closes: string[] = [];
  let victim: Connection | undefined;
  const { port, reactor } = await serve(t, {
    onOpen: (connection) => void (victim ??= connection),
    onData(connection: Connection) {
      if (connection !== victim) victim?.destroy(new Error('by another'));
    },
    onClose: (connection, reason) => void closes.push(`${connection === victim} ${reason?.message}`),
  });
  await dial(t, port);
  await until(() => victim !== undefined, 'the victim');
  (await dial(t, port)).socket.write('x');
  await until(() => closes.length === 1, 'its close');
  t.same(closes, ['true by another']);
  t.equal(reactor.connectionCount, 1);
});

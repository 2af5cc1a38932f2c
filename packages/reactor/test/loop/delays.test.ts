import t from 'tap';
import { getEventListeners } from 'node:events';
import { start } from '../support/child.js';
import { LOOPS, openReactor } from '../support/setting.js';

for (const loop of LOOPS) {
  t.test(`a delay resolves when its time has passed, and not before (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    for (const ms of [0, 0.3, 1, 12.5]) {
      const before = performance.now();
      t.equal(await reactor.delay(ms), undefined);
      const passed = performance.now() - before;
      t.ok(passed >= ms, `${ms} ms: ${passed}`);
    }
  });

  t.test(`a delay rejects with the reason of its signal, aborted before or meanwhile, and lets go of both (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const reason = new Error('no longer wanted');
    await t.rejects(reactor.delay(1, { signal: AbortSignal.abort(reason) }), reason);
    await t.rejects(reactor.delay(1, { signal: AbortSignal.abort() }), { name: 'AbortError' });

    const controller = new AbortController();
    const waits = [reactor.delay(86_400_000, { signal: controller.signal }), reactor.delay(86_400_000, { signal: controller.signal })];
    reactor.setTimeout(() => controller.abort(reason), 5);
    for (const wait of waits) await t.rejects(wait, reason);
    t.same(getEventListeners(controller.signal, 'abort'), []);
  });

  t.test(`an abort after the delay changes nothing, and no listener stays on the signal (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const controller = new AbortController();
    const wait = reactor.delay(1, { signal: controller.signal });
    t.equal(getEventListeners(controller.signal, 'abort').length, 1);
    await wait;
    t.same(getEventListeners(controller.signal, 'abort'), []);
    controller.abort();
    t.equal(await wait, undefined);
  });

  t.test(`closing the reactor rejects the delays that are pending (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const controller = new AbortController();
    const waits = [reactor.delay(86_400_000), reactor.delay(5000, { signal: controller.signal })];
    const outcomes = waits.map((wait) => t.rejects(wait, { code: 'EL_REACTOR_CLOSED' }));
    await reactor.close();
    await Promise.all(outcomes);
    t.same(getEventListeners(controller.signal, 'abort'), []);
    await t.rejects(reactor.delay(1), { code: 'EL_REACTOR_CLOSED' });
    t.throws(() => reactor.setTimeout(() => {}, 1), { code: 'EL_REACTOR_CLOSED' });
    t.throws(() => reactor.setInterval(() => {}, 1), { code: 'EL_REACTOR_CLOSED' });
  });

  t.test(`a delay that nobody waits for any more keeps no process alive (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const controller = new AbortController();
      const wait = reactor.delay(86_400_000, { signal: controller.signal }).catch((error) => process.stdout.write(error.name));
      reactor.setTimeout(() => controller.abort(), 5);
    `);
    t.same(await child.finished, { code: 0, signal: null });
    t.equal(child.stdout, 'AbortError');
  });
}

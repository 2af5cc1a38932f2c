/** Limits that hold for all workers together. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { withRateShare } from '../../src/group/rate-share.js';
import { type ReactorGroup, createReactorGroup } from '../../src/index.js';
import { start } from '../support/child.js';
import { type Client, dial, openReactor, until } from '../support/setting.js';

const WORKERS = 2;

const MORTAL = new URL('../support/mortal-plugin.js', import.meta.url);

async function opened(t: Test, listen: object, reactor: object = {}): Promise<{ group: ReactorGroup; port: number }> {
  const group = await createReactorGroup({
    plugin: { module: MORTAL },
    listen: { port: 0, ...listen },
    reactor,
    workers: WORKERS,
    accept: 'handoff',
    placement: 'round-robin',
    log: { level: 'silent' },
    coordinator: openReactor(t),
  });
  return { group, port: group.address.port };
}

/** Connects, and resolves when the client is served or refused; with whether it is served. */
async function asks(client: Client): Promise<boolean> {
  client.socket.write('here');
  await until(() => client.receivedBytes > 0 || client.closed || client.ended, 'an answer');
  return client.receivedBytes > 0;
}

function refused(group: ReactorGroup): number {
  return Object.values(group.meters).reduce((sum, { counters }) => sum + counters.refusedByTotal, 0);
}

for (const [whose, listen, reactor] of [['listener', { maxConnections: 3 }, {}], ['reactor', {}, { maxConnections: 3 }]] as const) {
  t.test(`maxConnections of the ${whose} holds for all workers together, and a dead worker's places are free`, async (t) => {
    const { group, port } = await opened(t, listen, reactor);
    const clients = await Promise.all(Array.from({ length: 3 }, () => dial(t, port)));
    for (const client of clients) t.equal(await asks(client), true);
    t.equal(await asks(await dial(t, port)), false);
    await until(() => refused(group) === 1, 'the worker to count whom it has refused');
    clients[0]?.socket.write('die');
    await until(() => clients.some(({ closed }) => closed), 'the worker to take its connections along');
    await until(() => group.workers.every(({ phase }) => phase === 'serving'), 'its successor');
    const left = clients.filter(({ closed }) => !closed).length;
    for (let place = left; place < 3; place++) t.equal(await asks(await dial(t, port)), true);
    t.equal(await asks(await dial(t, port)), false);
  });
}

t.test('a limit that is changed is changed in every worker, and in those that are started later or were being started', async (t) => {
  const { group, port } = await opened(t, {});
  const doomed = await dial(t, port);
  doomed.socket.write('die');
  await until(() => group.workers.some(({ phase }) => phase !== 'serving'), 'a worker to die');
  await until(() => group.workers.every(({ phase }) => phase === 'serving' || phase === 'starting'), 'its successor to be on its way');
  await group.reconfigure({}, { maxConnections: 1 });
  await until(() => group.workers.every(({ phase }) => phase === 'serving'), 'its successor');
  t.equal(await asks(await dial(t, port)), true);
  t.equal(await asks(await dial(t, port)), false);
  await t.rejects(group.reconfigure({}, { maxConnections: -1 }), { code: 'EL_OPTION_INVALID' });
});

t.test("the workers' parts of a rate add up to it, and none is without a limit", async (t) => {
  const numbers = fc.record({ rate: fc.integer({ min: 1, max: 1e5 }), workers: fc.integer({ min: 1, max: 64 }) });
  const property = fc.property(numbers, ({ rate, workers }) => {
    const parts = Array.from({ length: workers }, (_, worker) => withRateShare({ maxAcceptsPerSecond: rate }, worker, workers).maxAcceptsPerSecond);
    return Math.min(...parts) >= 1 && Math.max(...parts) - Math.min(...parts) <= 1 && parts.reduce((sum, part) => sum + part, 0) === Math.max(rate, workers);
  });
  fc.assert(property);
  const unlimited = { maxAcceptsPerSecond: 0 };
  t.equal(withRateShare(unlimited, 1, 2), unlimited);
});

/** A process with few descriptors that has all but `free` of them open when it starts a group; what it tells is how that failed, and how many more are open then. */
const SHORT = (accept: string, free: number) => `
  import { closeSync, openSync, readdirSync } from 'node:fs';
  import { createReactorGroup } from ${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)};
  const reactor = createReactor({ log: createLog({ level: 'silent' }).log });
  const start = () => createReactorGroup({ plugin: { module: ${JSON.stringify(String(MORTAL))} }, listen: { port: 0 }, workers: 8, accept: '${accept}', coordinator: reactor });
  const opened = () => readdirSync('/proc/self/fd').length;
  const before = opened();
  const fillers = [];
  try {
    for (;;) fillers.push(openSync('/dev/null'));
  } catch {
    for (const fd of fillers.splice(-${free})) closeSync(fd);
  }
  const { code, message } = await start().catch((error) => error);
  for (const fd of fillers) closeSync(fd);
  console.log(JSON.stringify({ code, message, more: opened() - before }));
  await reactor.close();
`;

for (const [accept, free, call] of [['reuseport', 4, 'socket'], ['reuseport', 12, 'epoll_create1'], ['exclusive', 9, 'eventfd'], ['handoff', 1, 'limits'], ['handoff', 10, 'eventfd'], ['handoff', 11, 'epoll_create1']] as const) {
  t.test(`a group for which there are ${free} descriptors is not started, and leaves none open (${accept})`, async (t) => {
    const child = start(t, SHORT(accept, free), ['sh', '-c', 'ulimit -n 256 && exec "$0" "$@"']);
    t.match(await child.finished, { code: 0 }, child.stderr);
    t.match(JSON.parse(child.stdout), { code: 'EMFILE', message: new RegExp(call), more: 0 });
  });
}

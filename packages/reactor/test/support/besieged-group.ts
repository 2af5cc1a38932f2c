/**
 * A process whose workers end in every way there is, while clients are at work. Arguments: loop, strategy, and the ways. Prints each way that it
 * has survived, and at last how many descriptors it has more than at first; at first that it has begun, for writing takes one, too.
 */
import { connect } from 'node:net';
import { type ReactorGroup, createReactorGroup } from '../../src/index.js';
import { OBEDIENT } from './group-setting.js';
import { descriptors, until } from './setting.js';

const [loop = 'dedicated', accept = 'reuseport', ...ways] = process.argv.slice(2);
console.log('begun');
const before = descriptors();
const group: ReactorGroup = await createReactorGroup({
  plugin: { module: OBEDIENT },
  listen: { port: 0 },
  workers: 2,
  accept: accept as ReactorGroup['accept'],
  reactor: { loop: loop as 'dedicated' },
  log: { level: 'silent' },
});
const { port } = group.address;

let besieging = true;
for (let i = 0; i < 10; i++) besiege();

/** Talks without end, and comes back whenever it is thrown out. */
function besiege(): void {
  const client = connect({ port });
  client.on('error', () => {}).on('data', (chunk) => void (besieging ? client.write(chunk) : client.destroy()));
  client.on('close', () => void (besieging && setTimeout(besiege, 5))).write('so it goes on and on');
}

/** Has a worker obey, whichever is asked; it will not live to answer. */
async function order(text: string): Promise<void> {
  const client = connect({ port }).on('error', () => {});
  client.write(text);
  await new Promise<void>((resolve) => client.on('close', () => resolve()).setTimeout(50, resolve));
}

const allServe = () => until(() => group.workers.every(({ phase }) => phase === 'serving'), 'all workers to serve', 30_000);
const restarts = () => group.workers.reduce((sum, worker) => sum + worker.restarts, 0);

async function crash(text: string): Promise<void> {
  const lives = restarts();
  await order(text);
  await until(() => restarts() > lives, `another thread after "${text}"`, 30_000);
}

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  die: () => crash('die'),
  exit: () => crash('exit 7'),
  eat: () => crash('eat'),
  replace: () => group.replace(0, { deadlineMs: 100 }),
  /** One of them hangs, and no deadline helps. */
  hang: async () => {
    await order('hang');
    await Promise.all([group.replace(0, { deadlineMs: 0 }), group.replace(1, { deadlineMs: 0 })]);
  },
  /** The main thread ends, and nobody says so to the workers. */
  leave: async () => process.exit(0),
  fail: () => new Promise(() => setTimeout(() => { throw new Error('nobody catches this'); }, 100)),
};

for (const way of ways) {
  await WAYS[way]?.();
  await allServe();
  console.log(way);
}
besieging = false;
await group.close();
await until(() => process.getActiveResourcesInfo().every((kind) => !kind.startsWith('TCP')), 'the clients to end');
console.log(`${descriptors() - before} descriptors`);

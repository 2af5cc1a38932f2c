import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bound } from './field/child.js';
import type { Field } from './field/field.js';
import { Link } from './field/link.js';
import type { TrialServer } from './field/server.js';
import { holds } from '../waiting.js';
import type { Trial } from './trial.js';

const PEERS = fileURLToPath(new URL('field/remote-peers.js', import.meta.url));

/** One way for a server to notice that peers have vanished, and what these were doing: nothing, or reading a long reply slowly. */
interface Notice {
  readonly by: string;
  readonly flags: readonly string[];
  readonly peers: 'idle' | 'slow';
  readonly counter: 'networkErrors' | 'writeTimeouts' | 'idleTimeouts';
}

const STILL_MS = 100;

const KEEP_ALIVE = ['--listen-keep-alive-seconds', '1', '--listen-keep-alive-interval-seconds', '1', '--listen-keep-alive-probes', '1'];

const NOTICES: readonly Notice[] = [
  { by: 'TCP_USER_TIMEOUT', flags: ['--listen-user-timeout-ms', '1000'], peers: 'slow', counter: 'networkErrors' },
  { by: 'keep-alive', flags: KEEP_ALIVE, peers: 'idle', counter: 'networkErrors' },
  { by: 'writeTimeoutMs', flags: ['--listen-write-timeout-ms', '2000'], peers: 'slow', counter: 'writeTimeouts' },
  { by: 'idleTimeoutMs', flags: ['--listen-idle-timeout-ms', '3000'], peers: 'idle', counter: 'idleTimeouts' },
];

/** Peers at the other end of the link. They are there, and have asked, when this resolves. */
async function connectPeers(field: Field, link: Link, { host, port }: TrialServer, peers: string): Promise<void> {
  const [command, ...args] = [...link.prefix, process.execPath, PEERS, host, String(port), String(field.count(50, 5)), peers];
  const child = bound(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  field.atEnd(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => {
    throw new Error('the peers did not come through the link');
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => {});
}

async function vanish(field: Field, link: Link): Promise<void> {
  const servers = await Promise.all(NOTICES.map(({ flags }) => field.serve({ flags }, link.ourAddress)));
  await Promise.all(NOTICES.map(({ peers }, i) => connectPeers(field, link, servers[i] as TrialServer, peers)));
  link.cut();
  await Promise.all(NOTICES.map((notice, i) => noticed(field, servers[i] as TrialServer, notice)));
}

/** Whether the server has worked off what had come before the cut. */
async function still(server: TrialServer): Promise<boolean> {
  const bytesRead = async () => (await server.stats()).counters.bytesRead;
  const before = await bytesRead();
  await sleep(STILL_MS);
  return (await bytesRead()) === before;
}

/** All peers are gone without a word; that they are must be found out. */
async function noticed(field: Field, server: TrialServer, { by, counter }: Notice): Promise<void> {
  const peers = field.count(50, 5);
  await holds(() => still(server));
  await field.expectIdle(server, `while peers have vanished (${by})`);
  const all = await holds(async () => (await server.stats()).counters[counter] >= peers, 30_000);
  const { errors } = await server.stats();
  const seen = Object.entries(errors).filter(([, count]) => count > 0);
  field.expect(`${by} ends all of them`, all, seen.map(([code, count]) => `${count} ${code}`).join(', '));
  await field.expectRecovered(server);
}

export const vanishedPeers: Trial = {
  name: 'vanished-peers',
  provokes: 'peers that vanish: their end of a veth pair goes down, with no FIN and no RST',
  expects: 'TCP_USER_TIMEOUT, keep-alive, writeTimeoutMs and idleTimeoutMs each end them with a coded error; nothing is left',
  tools: ['ip'],
  async run(field) {
    const link = new Link();
    field.atEnd(() => link.remove());
    await vanish(field, link);
  },
};

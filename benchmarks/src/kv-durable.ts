// The kv-durable benchmark: the KV server against Redis, both with a log on the disk.

import type { Benchmark } from './benchmark.js';
import { type StoreCommand, storeCommands } from './kv-commands.js';
import { withLoggedStores } from './kv-folders.js';
import { CONTROL, kvPeers } from './kv-peers.js';
import { snapshotScenario } from './kv-snapshot.js';
import { startScenario } from './kv-start.js';
import { type Throughput, throughputScenario } from './kv-throughput.js';
import { perCpuSecond, perSecond } from './kv-throughput-figures.js';
import { disturbanceNotes } from './measure.js';
import { CLIENTS } from './redis-benchmark.js';
import { atLeast } from './target.js';
import { diskNotes, settleDisk } from './temporary-folder.js';

/** What changes one key and what changes ten, in each kind of value; GET, for what reading pays. */
const COMMANDS = ['GET', 'SET', 'INCR', 'LPUSH', 'HSET', 'MSET'];

/** With ten times as many clients a sync has ten times as many to serve. */
const MANY_CLIENTS = 500;

const EQUAL = atLeast(1);

const commands = COMMANDS.map((name) => storeCommands.find((command) => command.name === name)!);

/** Here a store syncs beside its work, so both are to be had: the time of the processor and that of the clock. */
function everySecond(command: StoreCommand): Throughput {
  return {
    name: command.name.toLowerCase(),
    command,
    circumstances: ', appendfsync everysec',
    clients: [CLIENTS],
    withStores: (session, body) => withLoggedStores(session, 'everysec', body),
    settle: ({ options }) => settleDisk(options.folder),
    criteria: () => new Map([[perCpuSecond, EQUAL], [perSecond, EQUAL]]),
    notes: ({ options }, samples) => [...diskNotes(options.folder), ...disturbanceNotes(samples)],
  };
}

/** Here a store waits for the disk, and so the clock alone counts. That neither side is busy all the time is what waiting means. */
function always(command: StoreCommand): Throughput {
  return {
    name: `always-${command.name.toLowerCase()}`,
    command,
    circumstances: ', appendfsync always',
    clients: [CLIENTS, MANY_CLIENTS],
    withStores: (session, body) => withLoggedStores(session, 'always', body),
    settle: ({ options }) => settleDisk(options.folder),
    criteria: () => new Map([[perSecond, EQUAL]]),
    notes: ({ options }) => diskNotes(options.folder),
  };
}

/** The second Redis, which shows what the machine can tell apart, is measured when it is asked for: this takes long enough. */
const peers = kvPeers.map((peer) => ({ ...peer, usual: peer.name !== CONTROL }));

/** Nobody waits for the disk who only reads. */
const writing = commands.filter(({ name }) => name !== 'GET');

export const kvDurable: Benchmark = {
  name: 'kv-durable',
  summary: 'requests per second, start-up and p99.9 beside a snapshot of the durable KV server, against Redis',
  measures: 'stores',
  keepsData: true,
  peers,
  scenarios: [...commands.map(everySecond), ...writing.map(always)].map(throughputScenario).concat(startScenario, snapshotScenario),
  quick: ['set', 'always-set', 'start', 'snapshot'],
};

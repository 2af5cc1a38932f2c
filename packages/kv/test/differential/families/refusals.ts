import type { Family } from '../family.js';

/** With arguments, as far as each must have some. */
const CLUSTER = [
  'ADDSLOTS 1', 'ADDSLOTSRANGE 1 2', 'BUMPEPOCH', 'COUNT-FAILURE-REPORTS x', 'COUNTKEYSINSLOT 1', 'DELSLOTS 1', 'DELSLOTSRANGE 1 2', 'FAILOVER', 'FLUSHSLOTS',
  'FORGET x', 'GETKEYSINSLOT 1 2', 'INFO', 'KEYSLOT a', 'LINKS', 'MEET 127.0.0.1 1', 'MYID', 'NODES', 'REPLICAS x', 'REPLICATE x', 'RESET', 'SAVECONFIG',
  'SET-CONFIG-EPOCH 1', 'SETSLOT 1 NODE x', 'SHARDS', 'SLAVES x', 'SLOTS', 'NOSUCH',
];

const OTHERS = [
  'ACL LOAD', 'ACL SAVE', 'ASKING', 'CONFIG REWRITE', 'FAILOVER', 'FAILOVER ABORT', 'FAILOVER TO a 1', 'FAILOVER TO a x', 'FAILOVER TIMEOUT 0', 'FAILOVER x',
  'FAILOVER TO a 1 TIMEOUT 5 FORCE', 'FAILOVER TO a 1 TO b 2', 'MODULE LIST', 'MODULE LIST', 'MODULE LOAD x', 'MODULE LOADEX x', 'MODULE UNLOAD x',
  'MODULE NOSUCH', 'READONLY', 'READWRITE', 'REPLICAOF NO ONE', 'REPLICAOF x 999999', 'REPLICAOF x y', 'RESTORE-ASKING key 0 x',
  'SLAVEOF no one', 'SLAVEOF x -1', 'SYNC x', 'PSYNC x',
];

/** What a server without cluster, replicas, modules and files refuses, and how it takes what goes without saying. */
export const refusals: Family = {
  name: 'refusals',
  weight: 1,
  // A mistake could turn it into what is not refused.
  isSpoiled: false,
  builders: [],
  recipes: {
    CLUSTER: (d) => ['CLUSTER', ...d.pick(CLUSTER).split(' ')],
    'CLUSTER+': (d) => ['CLUSTER', ...d.pick(CLUSTER).split(' '), ...d.maybe(0.5, d.value())],
    others: (d) => d.pick(OTHERS).split(' '),
    'others+': (d) => [...d.pick(OTHERS.filter((command) => !/^(FAILOVER|REPLICAOF|SLAVEOF|SYNC|PSYNC)/.test(command))).split(' '), ...d.maybe(0.5, d.value())],
  },
};

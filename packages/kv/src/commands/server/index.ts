import type { Command } from '../../command/call.js';
import { acl } from './acl/acl.js';
import { asking, cluster, readonly, readwrite } from './cluster.js';
import { command } from './command.js';
import { config } from './config.js';
import { debug } from './debug.js';
import { dbsize, flushall, flushdb, swapdb } from './flush.js';
import { info } from './info.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { module } from './module.js';
import { monitor } from './monitor.js';
import { bgrewriteaof, bgsave, lastsave, save } from './persistence.js';
import { psync, replconf, sync } from './replica-requests.js';
import { failover, replicaof, role, slaveof, wait } from './replication.js';
import { shutdown } from './shutdown.js';
import { slowlog } from './slowlog.js';
import { lolwut, time } from './time.js';

export const serverCommands: readonly Command[] = [
  acl, asking, bgrewriteaof, bgsave, cluster, command, config, dbsize, debug, failover, flushall, flushdb, info, lastsave, latency, lolwut, memory,
  module, monitor, psync, readonly, readwrite, replconf, replicaof, role, save, shutdown, slaveof, slowlog, swapdb, sync, time, wait,
];

import type { Command } from '../../command/call.js';
import { sadd, srem } from './sadd.js';
import { sinter, sintercard, sinterstore } from './sinter.js';
import { scard, sismember, smembers, smismember } from './sismember.js';
import { smove } from './smove.js';
import { spop } from './spop.js';
import { srandmember } from './srandmember.js';
import { sscan } from './sscan.js';
import { sdiff, sdiffstore, sunion, sunionstore } from './sunion.js';

export const setCommands: readonly Command[] = [
  sadd, srem, smove, sismember, smismember, scard, smembers, spop, srandmember, sinter, sinterstore, sintercard, sunion, sunionstore, sdiff,
  sdiffstore, sscan,
];

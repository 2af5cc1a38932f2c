import type { Command } from '../../command/call.js';
import { blmove, blmpop, blpop, brpop, brpoplpush } from './blpop.js';
import { linsert, lrem } from './linsert.js';
import { lmove, rpoplpush } from './lmove.js';
import { lmpop } from './lmpop.js';
import { lpop, rpop } from './lpop.js';
import { lpos } from './lpos.js';
import { lpush, lpushx, rpush, rpushx } from './lpush.js';
import { lindex, llen, lrange, lset, ltrim } from './lrange.js';

export const listCommands: readonly Command[] = [
  lpush, rpush, lpushx, rpushx, lpop, rpop, lmpop, llen, lrange, lindex, lset, ltrim, linsert, lrem, lpos, lmove, rpoplpush, blpop,
  brpop, blmove, brpoplpush, blmpop,
];

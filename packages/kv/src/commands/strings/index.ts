import type { Command } from '../../command/call.js';
import { get, getdel, getex, mget, strlen } from './get.js';
import { decr, decrby, incr, incrby, incrbyfloat } from './incr.js';
import { lcs } from './lcs.js';
import { mset, msetnx } from './mset.js';
import { append, getrange, setrange, substr } from './range.js';
import { getset, psetex, set, setex, setnx } from './set.js';

export const stringCommands: readonly Command[] = [
  append, decr, decrby, get, getdel, getex, getrange, getset, incr, incrby, incrbyfloat, lcs, mget, mset, msetnx, psetex, set, setex, setnx,
  setrange, strlen, substr,
];

import type { Command } from '../../command/call.js';
import { hdel } from './hdel.js';
import { hexists, hget, hlen, hmget, hstrlen } from './hget.js';
import { hgetall, hkeys, hvals } from './hgetall.js';
import { hincrby, hincrbyfloat } from './hincrby.js';
import { hrandfield } from './hrandfield.js';
import { hscan } from './hscan.js';
import { hmset, hset, hsetnx } from './hset.js';

export const hashCommands: readonly Command[] = [
  hset, hmset, hsetnx, hget, hmget, hdel, hexists, hlen, hstrlen, hgetall, hkeys, hvals, hincrby, hincrbyfloat, hrandfield, hscan,
];

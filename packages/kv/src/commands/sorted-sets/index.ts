import type { Command } from '../../command/call.js';
import { bzmpop, bzpopmax, bzpopmin } from './bzpop.js';
import { zadd, zincrby } from './zadd.js';
import { zcount, zlexcount } from './zcount.js';
import { zmpop, zpopmax, zpopmin } from './zpop.js';
import { zrandmember } from './zrandmember.js';
import { zrange, zrangebylex, zrangebyscore, zrangestore, zrevrange, zrevrangebylex, zrevrangebyscore } from './zrange.js';
import { zrem, zremrangebylex, zremrangebyrank, zremrangebyscore } from './zrem.js';
import { zscan } from './zscan.js';
import { zcard, zmscore, zrank, zrevrank, zscore } from './zscore.js';
import { zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore } from './zunion.js';

export const sortedSetCommands: readonly Command[] = [
  zadd, zincrby, zrem, zcard, zscore, zmscore, zrank, zrevrank, zcount, zlexcount, zrange, zrevrange, zrangebyscore, zrevrangebyscore, zrangebylex,
  zrevrangebylex, zrangestore, zremrangebyrank, zremrangebyscore, zremrangebylex, zpopmin, zpopmax, zmpop, bzpopmin, bzpopmax, bzmpop, zunion,
  zunionstore, zinter, zinterstore, zintercard, zdiff, zdiffstore, zrandmember, zscan,
];

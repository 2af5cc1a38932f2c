import type { RegisteredCommand } from '../catalogue/registry.js';

/**
 * What commands do to their keys, where that does not follow from their flags: in Redis's words to the first key and, behind a
 * stroke, to the others. RO reads, RW changes, OW replaces whatever was there, RM removes; access, insert, update and delete say
 * whether data is returned, added, changed or taken away.
 */
const ACCESS: Readonly<Record<string, string>> = {
  RO: `watch exists hexists hlen hstrlen llen memory|usage object|encoding object|freq object|idletime object|refcount scard sismember strlen touch type
    xlen zcard`,
  not_key: 'spublish ssubscribe sunsubscribe',
  'RO access': 'xreadgroup',
  'RW access': 'pfcount pfdebug',
  'OW insert': 'msetnx setnx',
  'OW update': 'mset psetex restore restore-asking setex set',
  'OW update / RO access': 'bitop geosearchstore sdiffstore sunionstore zdiffstore zinterstore zrangestore zunionstore',
  'RM delete': 'del unlink',
  'RO access / OW update': 'copy sort georadius georadiusbymember',
  'RW access delete / OW insert': 'renamenx',
  'RW access delete / OW update': 'rename',
  'RW access delete / RW insert': 'blmove brpoplpush lmove rpoplpush smove',
  'RW access delete': 'blmpop blpop brpop bzmpop bzpopmax bzpopmin getdel lmpop lpop rpop spop zmpop zpopmax zpopmin migrate',
  'RW access insert / RO access': 'pfmerge',
  'RW delete': `hdel lrem ltrim srem xautoclaim xdel xgroup|delconsumer xgroup|destroy xtrim zrem zremrangebylex zremrangebyrank
    zremrangebyscore`,
  'RW insert': 'append hsetnx linsert lpush lpushx pfadd rpush rpushx sadd xgroup|create xgroup|createconsumer',
  'RW update / RO access': 'sinterstore',
  'RW update': 'expire expireat geoadd hmset hset lset persist pexpire pexpireat setrange xack xadd xclaim xgroup|setid xsetid zadd',
};

const BY_NAME: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(ACCESS).flatMap(([access, names]) => names.split(/\s+/).map((name) => [name, access.split(' / ')] as const)),
);

/** What a command does to its keys, as the flags of COMMAND GETKEYSANDFLAGS: to the first of them, or to the others. */
export function keyAccess(command: RegisteredCommand<never>, isFirst: boolean): string[] {
  const byFlags = command.flags.has('readonly') ? 'RO access' : 'RW access update';
  const [first = byFlags, others = first] = BY_NAME.get(command.fullName) ?? [];
  return (isFirst ? first : others).split(' ');
}

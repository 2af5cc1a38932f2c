import type { Command } from '../../command/call.js';
import { del, unlink } from './del.js';
import { dump } from './dump.js';
import { exists, touch, type } from './exists.js';
import { expire, expireat, persist, pexpire, pexpireat } from './expire.js';
import { migrate } from './migrate.js';
import { object } from './object.js';
import { copy, move, rename, renamenx } from './rename.js';
import { keys } from './keys.js';
import { randomkey, scan } from './scan.js';
import { restore, restoreAsking } from './restore.js';
import { sort, sortRo } from './sort.js';
import { expiretime, pexpiretime, pttl, ttl } from './ttl.js';

export const keyCommands: readonly Command[] = [
  copy, del, dump, exists, expire, expireat, expiretime, keys, migrate, move, object, persist, pexpire, pexpireat, pexpiretime, pttl, randomkey, rename,
  renamenx, restore, restoreAsking, scan, sort, sortRo, touch, ttl, type, unlink,
];

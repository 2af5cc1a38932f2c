import type { Command } from '../../command/call.js';
import { xack } from './xack.js';
import { xadd } from './xadd.js';
import { xautoclaim } from './xautoclaim.js';
import { xclaim } from './xclaim.js';
import { xdel, xtrim } from './xdel.js';
import { xgroup } from './xgroup.js';
import { xinfo } from './xinfo.js';
import { xpending } from './xpending.js';
import { xlen, xrange, xrevrange } from './xrange.js';
import { xread } from './xread.js';
import { xreadgroup } from './xreadgroup.js';
import { xsetid } from './xsetid.js';

export const streamCommands: readonly Command[] = [
  xadd, xlen, xrange, xrevrange, xread, xdel, xtrim, xsetid, xinfo, xgroup, xreadgroup, xack, xpending, xclaim, xautoclaim,
];

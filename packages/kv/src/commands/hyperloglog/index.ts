import type { Command } from '../../command/call.js';
import { pfadd } from './pfadd.js';
import { pfcount } from './pfcount.js';
import { pfdebug, pfselftest } from './pfdebug.js';
import { pfmerge } from './pfmerge.js';

export const hyperLogLogCommands: readonly Command[] = [pfadd, pfcount, pfdebug, pfmerge, pfselftest];

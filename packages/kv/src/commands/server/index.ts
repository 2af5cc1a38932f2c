import type { Command } from '../../command/call.js';
import { dbsize, flushall, flushdb, swapdb } from './flush.js';

export const serverCommands: readonly Command[] = [dbsize, flushall, flushdb, swapdb];

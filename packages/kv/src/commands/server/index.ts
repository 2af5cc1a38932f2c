import type { Command } from '../../command/call.js';
import { command } from './command.js';
import { config } from './config.js';
import { dbsize, flushall, flushdb, swapdb } from './flush.js';
import { info } from './info.js';

export const serverCommands: readonly Command[] = [command, config, dbsize, flushall, flushdb, info, swapdb];

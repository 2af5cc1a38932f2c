import type { Command } from '../../command/call.js';
import { discard, exec, multi } from './multi.js';
import { unwatch, watch } from './watch.js';

export const transactionCommands: readonly Command[] = [multi, exec, discard, watch, unwatch];

import type { Command } from '../../command/call.js';
import { get } from './get.js';
import { set } from './set.js';

export const stringCommands: readonly Command[] = [get, set];

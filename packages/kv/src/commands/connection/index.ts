import type { Command } from '../../command/call.js';
import { ping } from './ping.js';
import { select } from './select.js';

export const connectionCommands: readonly Command[] = [ping, select];

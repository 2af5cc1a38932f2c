import type { Command } from '../../command/call.js';
import { hello } from './hello.js';
import { ping } from './ping.js';
import { select } from './select.js';

export const connectionCommands: readonly Command[] = [hello, ping, select];

import type { Command } from '../../command/call.js';
import { del } from './del.js';

export const keyCommands: readonly Command[] = [del];

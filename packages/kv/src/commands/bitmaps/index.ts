import type { Command } from '../../command/call.js';
import { bitcount, bitpos } from './bitcount.js';
import { bitfield, bitfieldRo } from './bitfield.js';
import { bitop } from './bitop.js';
import { getbit, setbit } from './setbit.js';

export const bitmapCommands: readonly Command[] = [bitcount, bitfield, bitfieldRo, bitop, bitpos, getbit, setbit];

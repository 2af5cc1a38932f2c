import type { Command } from '../command/call.js';
import { bitmapCommands } from './bitmaps/index.js';
import { connectionCommands } from './connection/index.js';
import { geoCommands } from './geo/index.js';
import { hashCommands } from './hashes/index.js';
import { hyperLogLogCommands } from './hyperloglog/index.js';
import { keyCommands } from './keys/index.js';
import { listCommands } from './lists/index.js';
import { pubsubCommands } from './pubsub/index.js';
import { scriptingCommands } from './scripting/index.js';
import { serverCommands } from './server/index.js';
import { setCommands } from './sets/index.js';
import { sortedSetCommands } from './sorted-sets/index.js';
import { streamCommands } from './streams/index.js';
import { stringCommands } from './strings/index.js';
import { transactionCommands } from './transactions/index.js';

/** Every command that the server knows. */
export const commands: readonly Command[] = [
  ...bitmapCommands,
  ...connectionCommands,
  ...geoCommands,
  ...hashCommands,
  ...hyperLogLogCommands,
  ...keyCommands,
  ...listCommands,
  ...pubsubCommands,
  ...scriptingCommands,
  ...serverCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...streamCommands,
  ...stringCommands,
  ...transactionCommands,
];

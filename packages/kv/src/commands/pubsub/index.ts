import type { Command } from '../../command/call.js';
import { publish, spublish } from './publish.js';
import { pubsub } from './pubsub.js';
import { psubscribe, ssubscribe, subscribe } from './subscribe.js';
import { punsubscribe, sunsubscribe, unsubscribe } from './unsubscribe.js';

export const pubsubCommands: readonly Command[] = [
  psubscribe, publish, pubsub, punsubscribe, spublish, ssubscribe, subscribe, sunsubscribe, unsubscribe,
];

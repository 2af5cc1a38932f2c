import type { Trial } from '../trial.js';
import { announcedLengths } from './announced-lengths.js';
import { collidingKeys } from './colliding-keys.js';
import { crossProtocol } from './cross-protocol.js';
import { globPatterns } from './glob-patterns.js';
import { massExpiry } from './mass-expiry.js';
import { maxclients } from './maxclients.js';
import { maxmemory } from './maxmemory.js';
import { muteSubscribers } from './mute-subscribers.js';
import { passwordGuessing } from './password-guessing.js';
import { pipelineFlood } from './pipeline-flood.js';
import { slowReaders } from './slow-readers.js';
import { slowSenders } from './slow-senders.js';

/** Load on the key-value server, and attacks. */
export const KV_TRIALS: readonly Trial[] = [
  slowReaders, pipelineFlood, slowSenders, announcedLengths, passwordGuessing, crossProtocol, collidingKeys, globPatterns, muteSubscribers, maxclients,
  maxmemory, massExpiry,
];

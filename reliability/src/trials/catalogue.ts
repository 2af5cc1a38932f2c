import { connectionFlood } from './connection-flood.js';
import { crowd } from './crowd.js';
import { descriptorShortage } from './descriptor-shortage.js';
import { injectedErrors } from './injected-errors.js';
import { neverReader } from './never-reader.js';
import { rstStorm } from './rst-storm.js';
import { slowSenders } from './slow-senders.js';
import { stoppedClient } from './stopped-client.js';
import { stoppedServer } from './stopped-server.js';
import { KV_TRIALS } from './kv/index.js';
import type { Trial } from './trial.js';
import { vanishedPeers } from './vanished-peers.js';

/** By the name that chooses all of a group. */
export const GROUPS: Readonly<Record<string, readonly Trial[]>> = {
  reactor: [
    injectedErrors, rstStorm, stoppedClient, stoppedServer, crowd, neverReader, slowSenders, vanishedPeers, descriptorShortage, connectionFlood,
  ],
  kv: KV_TRIALS,
};

export const TRIALS: readonly Trial[] = Object.values(GROUPS).flat();

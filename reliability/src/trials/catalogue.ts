import { connectionFlood } from './connection-flood.js';
import { crowd } from './crowd.js';
import { descriptorShortage } from './descriptor-shortage.js';
import { injectedErrors } from './injected-errors.js';
import { neverReader } from './never-reader.js';
import { rstStorm } from './rst-storm.js';
import { slowSenders } from './slow-senders.js';
import { stoppedClient } from './stopped-client.js';
import { stoppedServer } from './stopped-server.js';
import type { Trial } from './trial.js';
import { vanishedPeers } from './vanished-peers.js';

export const TRIALS: readonly Trial[] = [
  injectedErrors, rstStorm, stoppedClient, stoppedServer, crowd, neverReader, slowSenders, vanishedPeers, descriptorShortage, connectionFlood,
];

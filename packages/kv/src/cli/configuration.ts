/** What can be set of the KV server: the sections of every server command, and its own. */
import { z } from 'zod';
import { serverSectionsOn } from '@edgeloop/reactor/config';
import { kvOptions } from '../server/settings.js';

const DEFAULT_PORT = 6380;

/** Here the process is the server, so whoever may shut down the one may end the other. */
const enableShutdownCommand = kvOptions.shape.enableShutdownCommand.default(true);

const kv = kvOptions.extend({ enableShutdownCommand }).describe('The key-value server itself.');

export const kvConfiguration = z.strictObject({ ...serverSectionsOn(DEFAULT_PORT), kv: kv.prefault({}) });

export type KvConfiguration = z.output<typeof kvConfiguration>;

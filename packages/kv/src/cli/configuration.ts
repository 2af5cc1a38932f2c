/** What can be set of the KV server: the sections of every server command, and its own. */
import { z } from 'zod';
import { serverSectionsOn } from '@edgeloop/reactor/config';
import { CONNECTION_DEFAULTS, kvOptions } from '../server/settings.js';

const DEFAULT_PORT = 6380;

/** Here the process is the server, so whoever may shut down the one may end the other. */
const enableShutdownCommand = kvOptions.shape.enableShutdownCommand.default(true);

const kv = kvOptions.extend({ enableShutdownCommand }).describe('The key-value server itself.');

const sections = serverSectionsOn(DEFAULT_PORT);
const common = sections.listen.unwrap();
const { maxQueuedBytes, pauseOnBackpressure } = common.shape;
const listen = common.safeExtend({
  maxQueuedBytes: maxQueuedBytes.unwrap().default(CONNECTION_DEFAULTS.maxQueuedBytes).describe(maxQueuedBytes.description ?? '').meta({ reload: true }),
  pauseOnBackpressure: pauseOnBackpressure.unwrap().default(CONNECTION_DEFAULTS.pauseOnBackpressure).describe(
    'Whether reading pauses above the high-water mark. Without it a client may write 64 MB ahead of reading its replies.',
  ),
});

export const kvConfiguration = z.strictObject({ ...sections, listen: listen.prefault({}), kv: kv.prefault({}) });

export type KvConfiguration = z.output<typeof kvConfiguration>;

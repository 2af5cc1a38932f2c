import type { Host } from './host/host.js';
import type { Kernel } from './kernel/kernel.js';
import type { Log } from './log.js';
import type { Meters } from './loop/meters.js';
import type { OpenTaskPool } from './offload/task-pool.js';
import type { SharedCount } from './structures/shared-count.js';

/** What a reactor is put together from, where it is not put together by `createReactor`. */
export interface ReactorParts {
  readonly kernel: Kernel;
  readonly host: Host;
  readonly log: Log;
  /** Blocks that small writes share. Default: WRITE_SLAB_BLOCKS, which are too much memory for a reactor that lives for a moment. */
  readonly slabBlocks?: number;
  /** Where to count; by default in memory of its own. */
  readonly meters?: Meters;
  /** Connections of all listeners, together with those of other threads for which the limit holds, too. Default: there are none. */
  readonly admitted?: SharedCount;
  /** Where offloaded tasks run. Default: in threads. */
  readonly openTaskPool?: OpenTaskPool | undefined;
}

import type { Offload } from '../offload/offload.js';
import type { ReactorLogs } from './reactor-logs.js';
import type { Loop } from '../loop/loop.js';
import { OwnedTimers, checkCallback } from './owned-timers.js';
import type { PluginContext } from './plugin.js';

/** What the context of a plugin needs of the reactor. */
export interface ContextParts {
  readonly loop: Loop;
  readonly logs: ReactorLogs;
  readonly offload: Offload;
  /** Resolves when the reactor is closed. */
  readonly closed: Promise<unknown>;
  /** Throws EL_REACTOR_CLOSED once no call is made any more. */
  assertRunning(): void;
}

/** What the plugin of this name is given of the reactor. */
export function pluginContext<Options>(plugin: string, options: Options, parts: ContextParts): PluginContext<Options> {
  const { loop, logs, closed } = parts;
  const { plugin: floodLog } = logs.of(plugin);
  return {
    options,
    log: floodLog.log,
    floodLog,
    timers: new OwnedTimers(parts, loop.meters.plugins.enlist(plugin), plugin),
    post(task) {
      parts.assertRunning();
      loop.post(checkCallback('post', task));
    },
    async offload(task, input, options) {
      parts.assertRunning();
      return parts.offload.run(task, input, options);
    },
    waitFor: (promise) => loop.awaited(promise),
    closed,
  };
}

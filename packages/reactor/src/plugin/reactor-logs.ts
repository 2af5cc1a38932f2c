import type { Log } from '../log.js';
import { GuardedLog } from './guarded-log.js';
import type { Stall } from '../loop/stopwatch.js';
import type { Witness } from '../loop/witness.js';
import { RepeatLog } from './repeat-log.js';
import { stallLine } from './stall-line.js';

/** Where a plugin reports to, by component. */
export interface PluginLogs {
  /** The plugin's own lines and its failures. Component: `plugin:NAME`. */
  readonly plugin: RepeatLog;
  /** What becomes of its listeners and connections. Component: `connection`. */
  readonly connection: RepeatLog;
}

/**
 * The logs of a reactor and of the plugins on it. They are kept by the plugins' names, so that a thousand clients by
 * `reactor.connect` share theirs, and a flood of their failures is one flood.
 */
export class ReactorLogs {
  readonly reactor: RepeatLog;
  readonly #root: Log;
  readonly #plugins = new Map<string, PluginLogs>();

  constructor(log: Log) {
    this.#root = new GuardedLog(log);
    this.reactor = new RepeatLog(this.#root.child({ component: 'reactor' }));
  }

  of(plugin: string): PluginLogs {
    const known = this.#plugins.get(plugin);
    if (known !== undefined) return known;
    const logs = {
      plugin: new RepeatLog(this.#root.child({ plugin })),
      connection: new RepeatLog(this.#root.child({ component: 'connection', plugin })),
    };
    this.#plugins.set(plugin, logs);
    return logs;
  }

  /** Somebody has kept the loop for so long that everybody else had to wait. */
  stalled(stall: Stall, witness?: Witness): void {
    const log = stall.plugin === '' ? this.reactor : this.of(stall.plugin).plugin;
    const { fields, message } = stallLine(stall, witness);
    log.note('warn', stall.hook, { event: 'loop.stalled', ...fields }, message);
  }

  /** Tells what has been counted and not told yet. */
  flush(): void {
    this.reactor.flush();
    for (const { plugin, connection } of this.#plugins.values()) {
      plugin.flush();
      connection.flush();
    }
  }
}

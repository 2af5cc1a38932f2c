import { type Configuration, ConfigurationError, type ServerSettings, differenceOf, effectiveValues, takeOver } from '../config/index.js';
import type { Log } from '../log.js';
import type { Reactor } from '../reactor.js';
import type { LogLevels } from '../telemetry/log-levels.js';
import type { Serving } from './serving.js';
import type { Supervisor } from './supervisor.js';

export interface ReloadParts<Settings extends ServerSettings> {
  readonly load: () => Configuration<Settings>;
  readonly reactor: Reactor;
  readonly levels: LogLevels;
  readonly supervisor: Supervisor;
  readonly log: Log;
}

/**
 * Loads the configuration of a running server anew, and applies of it what can be changed while it runs: log levels, limits,
 * deadlines, water marks. The rest is named in the log and waits for a restart. A configuration that is wrong changes nothing.
 */
export class Reload<Settings extends ServerSettings> {
  readonly #parts: ReloadParts<Settings>;
  /** What is in force. */
  #configuration: Configuration<Settings>;
  /** Undefined until the service is up. */
  #serving: Serving | undefined;
  /** What was begun last. */
  #last: Promise<void> = Promise.resolve();

  constructor(configuration: Configuration<Settings>, parts: ReloadParts<Settings>) {
    this.#configuration = configuration;
    this.#parts = parts;
  }

  /** What is in force, for people: secrets are redacted. */
  get shown(): object {
    return effectiveValues(this.#configuration);
  }

  /** The service is up. */
  begin(serving: Serving): void {
    this.#serving = serving;
  }

  /**
   * Resolves when all that serves has changed; one call goes behind another. Does nothing before the service is up, for the configuration
   * has just been loaded then, and nothing when it ends.
   */
  run(): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() => this.#run());
    return this.#last;
  }

  async #run(): Promise<void> {
    const { reactor, supervisor, log } = this.#parts;
    if (this.#serving === undefined || reactor.draining) return;
    supervisor.reloading();
    try {
      await this.#apply(this.#serving, this.#parts.load());
    } catch (err) {
      if (!(err instanceof ConfigurationError)) throw err;
      log.error({ event: 'config.rejected', complaints: err.complaints }, `the configuration is wrong, and the one before stays: ${err.message}`);
    } finally {
      supervisor.ready();
    }
  }

  async #apply(serving: Serving, loaded: Configuration<Settings>): Promise<void> {
    const { levels, log } = this.#parts;
    const { reloadable, needsRestart } = differenceOf(this.#configuration, loaded);
    const { values } = loaded;
    if (reloadable.some((key) => key.startsWith('log.'))) {
      levels.reset(values.log.level, values.log.levels);
      serving.setLevels(values.log.level, values.log.levels);
    }
    await serving.reconfigure(changed(reloadable, 'reactor', values.reactor), changed(reloadable, 'listen', values.listen));
    this.#configuration = takeOver(this.#configuration, loaded);
    log.info({ event: 'config.reloaded', changed: reloadable, needsRestart }, told(reloadable, needsRestart));
  }
}

/** Of a section what is no longer the same. */
function changed<Section extends object>(keys: readonly string[], section: string, values: Section): Partial<Section> {
  const names = keys.filter((key) => key.startsWith(`${section}.`)).map((key) => key.slice(section.length + 1));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))) as Partial<Section>;
}

function told(reloadable: readonly string[], needsRestart: readonly string[]): string {
  const applied = reloadable.length === 0 ? 'nothing has changed that can be changed now' : `changed: ${reloadable.join(', ')}`;
  return `configuration loaded; ${applied}${needsRestart.length === 0 ? '' : `; a restart is needed for ${needsRestart.join(', ')}`}`;
}

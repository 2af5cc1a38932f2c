import type { Logger } from 'pino';
import type { Log, LogLevel } from '../log.js';
import type { ComponentLevel, ComponentLevels } from './log-levels.js';
import { printableFields, printableMessage } from './printable.js';

/**
 * A log of one component. The level is the component's and not pino's, whose children have one each: so a level that is
 * changed holds for every log of the component at once, those of connections too. Everything is made safe to print here.
 */
export class ComponentLog implements Log {
  readonly #pino: Logger;
  readonly #levels: ComponentLevels;
  readonly #level: ComponentLevel;

  constructor(pino: Logger, levels: ComponentLevels, level: ComponentLevel) {
    this.#pino = pino;
    this.#levels = levels;
    this.#level = level;
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  /** A field `component` names another component; so does a field `plugin` alone, the one of that plugin. */
  child(bindings: object): Log {
    const component = componentOf(bindings);
    const level = component === undefined ? this.#level : this.#levels.of(component);
    return new ComponentLog(this.#pino.child(printableFields(bindings)), this.#levels, level);
  }

  isLevelEnabled(level: LogLevel): boolean {
    return this.#level.admits(level);
  }

  #write(level: LogLevel, fields: object, message: string): void {
    if (this.#level.admits(level)) this.#pino[level](printableFields(fields), printableMessage(message));
  }
}

function componentOf(bindings: { component?: unknown; plugin?: unknown }): string | undefined {
  if (typeof bindings.component === 'string') return bindings.component;
  return typeof bindings.plugin === 'string' ? `plugin:${bindings.plugin}` : undefined;
}

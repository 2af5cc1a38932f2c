import { EdgeloopError } from '../errors.js';
import { LEVEL_NAMES, type LevelName } from '../log.js';

const RANKS = Object.fromEntries(LEVEL_NAMES.map((level, rank) => [level, rank])) as Readonly<Record<LevelName, number>>;

/** The components that there always are. A plugin is a component too, `plugin:NAME`, below that of all plugins. */
export const COMPONENTS = ['default', 'admin', 'config', 'connection', 'plugin', 'reactor'] as const;

/** Whether there is such a component in every log, or may be one day: a plugin may be given a level before it is in use. */
export function isComponent(name: string): boolean {
  return name.startsWith('plugin:') || (COMPONENTS as readonly string[]).includes(name);
}

/** The levels of a log that is in use, by component. */
export interface LogLevels {
  /** The level of each component, its own or that of the component above it. */
  get(): Record<string, LevelName>;
  /**
   * Sets a component's level, for the logs too that exist already. `'default'` instead of a level takes it back: the
   * component has that of the one above it again. Error: EL_OPTION_INVALID.
   */
  set(component: string, level: string): void;
  /** Takes all levels back and sets these, as if the log were made with them. Error: EL_OPTION_INVALID; then nothing has changed. */
  reset(level: LevelName, levels: Readonly<Record<string, LevelName>>): void;
}

/** The level of one component, which the logs of that component share: changing it changes them all. */
export class ComponentLevel {
  /** Undefined: that of the component above. */
  own: LevelName | undefined;
  readonly #above: ComponentLevel | undefined;

  constructor(above: ComponentLevel | undefined, own?: LevelName) {
    this.#above = above;
    this.own = own;
  }

  get name(): LevelName {
    return this.own ?? this.#above?.name ?? 'silent';
  }

  /** Whether a line of this level is written. */
  admits(level: LevelName): boolean {
    return RANKS[level] >= RANKS[this.name];
  }
}

/** Every component that has been named: those above, the plugins in use, and those that were given a level at the start. */
export class ComponentLevels implements LogLevels {
  readonly #default: ComponentLevel;
  readonly #components = new Map<string, ComponentLevel>();

  constructor(level: LevelName, levels: Readonly<Record<string, LevelName>>) {
    this.#default = new ComponentLevel(undefined, level);
    this.#components.set('default', this.#default);
    for (const component of COMPONENTS) this.of(component);
    this.reset(level, levels);
  }

  of(component: string): ComponentLevel {
    const known = this.#components.get(component);
    if (known !== undefined) return known;
    const made = new ComponentLevel(component.startsWith('plugin:') ? this.of('plugin') : this.#default);
    this.#components.set(component, made);
    return made;
  }

  get(): Record<string, LevelName> {
    const sorted = [...this.#components].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([component, { name }]) => [component, name]));
  }

  set(component: string, level: string): void {
    const found = this.#components.get(component);
    if (found === undefined) throw unknown('component', component, [...this.#components.keys()]);
    if (level === 'default' && found !== this.#default) found.own = undefined;
    else if ((LEVEL_NAMES as readonly string[]).includes(level)) found.own = level as LevelName;
    else throw unknown('level', level, LEVEL_NAMES);
  }

  /** A plugin may be given a level before it is in use; the other components are known. */
  reset(level: LevelName, levels: Readonly<Record<string, LevelName>>): void {
    const strange = Object.keys(levels).find((component) => !component.startsWith('plugin:') && !this.#components.has(component));
    if (strange !== undefined) throw unknown('component', strange, [...this.#components.keys(), 'plugin:NAME']);
    for (const component of this.#components.values()) component.own = undefined;
    this.#default.own = level;
    for (const [component, own] of Object.entries(levels)) this.of(component).own = own;
  }
}

function unknown(what: string, given: unknown, known: readonly string[]): EdgeloopError {
  return new EdgeloopError('EL_OPTION_INVALID', `the log has no ${what} ${JSON.stringify(given)}; there are ${known.join(', ')}`);
}

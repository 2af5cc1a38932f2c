import { LEVEL_NAMES, type LevelName } from '../log.js';
import type { Levels } from '../admin/observed.js';
import type { ScatterGather } from './scatter-gather.js';
import type { LevelSettings } from './worker-data.js';
import type { WorkerSlot } from './worker-slot.js';

export interface WorkerLevelsParts {
  /** What workers begin with; kept up to date. */
  readonly settings: LevelSettings;
  readonly slots: readonly WorkerSlot[];
  readonly scatterGather: ScatterGather;
  /** Those of the main thread's log. */
  readonly own: Levels;
}

/** The log levels of all threads of a group. What is changed holds for the workers too that will be started. */
export class WorkerLevels implements Levels {
  readonly #parts: WorkerLevelsParts;

  constructor(parts: WorkerLevelsParts) {
    this.#parts = parts;
  }

  /** The workers have components that the main thread has not: their plugin. */
  async get(): Promise<Record<string, LevelName>> {
    const { slots, scatterGather, own } = this.#parts;
    const { answers } = await scatterGather.askAll<Record<string, LevelName>>(slots, { about: 'levels' });
    const all = Object.assign({}, ...answers.map(({ value }) => value), await own.get()) as Record<string, LevelName>;
    return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async set(component: string, level: string): Promise<void> {
    const { settings, own, slots } = this.#parts;
    if (Object.hasOwn(await own.get(), component)) await own.set(component, level);
    const name = LEVEL_NAMES.find((known) => known === level) as LevelName;
    if (component === 'default') settings.level = name;
    else settings.levels = { ...settings.levels, [component]: name };
    for (const slot of slots) slot.setLevels(settings);
  }
}

import { MAX_METERED_PLUGINS, METERED_NAME_BYTES } from '../limits.js';

const CELLS_PER_PLUGIN = 2;
const [WORKED_MS, STALLS] = [0, 1] as const;

/** What a plugin has cost the loop. */
export interface PluginCost {
  readonly name: string;
  readonly handlerSeconds: number;
  readonly stalls: number;
}

/**
 * What the plugins cost the loop, by name. The names lie in shared memory too, so that another thread can tell them: cut to
 * METERED_NAME_BYTES. There is room for MAX_METERED_PLUGINS; those beyond it share the last place, named "others".
 */
export class PluginMeters {
  static readonly CELLS = MAX_METERED_PLUGINS * CELLS_PER_PLUGIN;
  static readonly NAMES_BYTES = MAX_METERED_PLUGINS * METERED_NAME_BYTES;
  readonly #cells: Float64Array;
  readonly #names: Uint8Array;
  #enlisted = 0;

  constructor(cells: Float64Array, names: Uint8Array) {
    this.#cells = cells;
    this.#names = names;
  }

  /** The number of the plugin with this name, from 1 on. */
  enlist(name: string): number {
    const known = Array.from({ length: this.#enlisted }, (_, index) => index + 1).find((number) => this.nameOf(number) === cut(name));
    if (known !== undefined) return known;
    if (this.#enlisted === MAX_METERED_PLUGINS - 1) {
      this.#write(MAX_METERED_PLUGINS, 'others');
      return MAX_METERED_PLUGINS;
    }
    this.#write(++this.#enlisted, cut(name));
    return this.#enlisted;
  }

  /** Empty if there is no such plugin. */
  nameOf(number: number): string {
    const from = (number - 1) * METERED_NAME_BYTES;
    const bytes = Buffer.from(this.#names.slice(from, from + METERED_NAME_BYTES));
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? METERED_NAME_BYTES : end);
  }

  worked(number: number, ms: number): void {
    this.#add(number, WORKED_MS, ms);
  }

  stalled(number: number): void {
    this.#add(number, STALLS, 1);
  }

  read(): PluginCost[] {
    const numbers = Array.from({ length: MAX_METERED_PLUGINS }, (_, index) => index + 1);
    return numbers
      .map((number) => ({ name: this.nameOf(number), handlerSeconds: this.#cell(number, WORKED_MS) / 1000, stalls: this.#cell(number, STALLS) }))
      .filter(({ name }) => name !== '');
  }

  #write(number: number, name: string): void {
    const from = (number - 1) * METERED_NAME_BYTES;
    new TextEncoder().encodeInto(name, this.#names.subarray(from, from + METERED_NAME_BYTES));
  }

  #cell(number: number, field: number): number {
    return this.#cells[(number - 1) * CELLS_PER_PLUGIN + field] as number;
  }

  #add(number: number, field: number, value: number): void {
    const cell = (number - 1) * CELLS_PER_PLUGIN + field;
    this.#cells[cell] = (this.#cells[cell] as number) + value;
  }
}

/** As much of the text as the bytes of a name have room for, in whole characters. */
function cut(name: string): string {
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(METERED_NAME_BYTES));
  return name.slice(0, read);
}

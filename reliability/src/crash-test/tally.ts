import { KILL_POINTS, type KillPoint } from './kill-points.js';

/** What has been tried so far. */
export class Tally {
  cycles = 0;
  folders = 0;
  acknowledged = 0;
  kept = 0;
  lost = 0;
  readonly #deaths = new Map<string, number>();
  readonly #reached = new Set<string>();

  /** A server has died, in this way. */
  died(how: string): void {
    this.cycles++;
    this.#deaths.set(how, (this.#deaths.get(how) ?? 0) + 1);
  }

  /** A server has died at a point that was chosen. */
  reached({ call, nth }: KillPoint): void {
    this.#reached.add(`${call} ${nth}`);
  }

  get lines(): string[] {
    const deaths = [...this.#deaths].toSorted(([one], [other]) => one.localeCompare(other));
    return [
      `${this.cycles} cycles in ${this.folders} folders: ${this.acknowledged} deeds acknowledged, all there`,
      `${this.kept + this.lost} deeds were on the way at a kill: ${this.kept} had happened, ${this.lost} had not, none by halves`,
      `${this.#reached.size} of ${KILL_POINTS.length} kill points before system calls were reached`,
      ...deaths.map(([how, times]) => `  ${`${times}`.padStart(5)}  ${how}`),
    ];
  }
}

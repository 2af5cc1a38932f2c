/** So many looks in a row that find nothing more: then all have come who come soon. */
const QUIET_LOOKS = 3;
/** Those who have come wait for the others no longer than this: it is a fraction of a millisecond. */
const MAX_LOOKS = 32;

/**
 * When a sync begins that clients wait for. Those that the last one has served ask again at once, but one after the other: a sync that
 * began with the first of them would leave the others to the next one, and so each would serve half of those who wait. It is put off from
 * turn to turn while turns bring more; but not for a client that is alone.
 */
export class Gathering {
  #isAlone = true;
  #looks = 0;
  #quietLooks = 0;

  /** A look, once a turn, at what is to be synced next. Returns whether that is to begin now. */
  isOver(hasMore: boolean): boolean {
    this.#looks++;
    this.#quietLooks = hasMore ? 0 : this.#quietLooks + 1;
    return this.#isAlone || this.#quietLooks === QUIET_LOOKS || this.#looks === MAX_LOOKS;
  }

  /** A sync begins that serves so many turns. */
  end(records: number): void {
    this.#isAlone = records <= 1;
    this.#looks = 0;
    this.#quietLooks = 0;
  }
}

const ABSENT = -1;
const FIRST_CAPACITY_SLOTS = 64;

/**
 * The slots that have something to do, in the order in which they will be served.
 *
 * A doubly linked ring threaded through two arrays that are indexed by slot, so that insertion, removal and the
 * membership test are O(1) and nothing is allocated per entry. A slot is in the queue at most once. Entry 0 is the
 * ring's anchor; slot s lives at entry s + 1.
 */
export class ReadyQueue {
  #next = new Int32Array(FIRST_CAPACITY_SLOTS).fill(ABSENT);
  #previous = new Int32Array(FIRST_CAPACITY_SLOTS).fill(ABSENT);
  #size = 0;

  constructor() {
    this.#next[0] = 0;
    this.#previous[0] = 0;
  }

  get size(): number {
    return this.#size;
  }

  has(slot: number): boolean {
    const next = this.#next[slot + 1];
    return next !== undefined && next !== ABSENT;
  }

  /** Puts a slot at the end, unless it is queued already: then it keeps its place. */
  push(slot: number): void {
    if (this.has(slot)) return;
    const entry = slot + 1;
    while (entry >= this.#next.length) this.#grow();
    const last = this.#previous[0] as number;
    this.#next[last] = entry;
    this.#previous[entry] = last;
    this.#next[entry] = 0;
    this.#previous[0] = entry;
    this.#size++;
  }

  /** Takes the first slot out; -1 when the queue is empty. */
  shift(): number {
    const entry = this.#next[0] as number;
    if (entry === 0) return ABSENT;
    this.#unlink(entry);
    return entry - 1;
  }

  /** Takes a slot out, wherever it stands; does nothing if it is not queued. */
  remove(slot: number): void {
    if (this.has(slot)) this.#unlink(slot + 1);
  }

  /** Walks the slots, the first to be served first. */
  *slots(): IterableIterator<number> {
    for (let entry = this.#next[0] as number; entry !== 0; entry = this.#next[entry] as number) yield entry - 1;
  }

  #unlink(entry: number): void {
    const next = this.#next[entry] as number;
    const previous = this.#previous[entry] as number;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#next[entry] = ABSENT;
    this.#previous[entry] = ABSENT;
    this.#size--;
  }

  #grow(): void {
    this.#next = doubled(this.#next);
    this.#previous = doubled(this.#previous);
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2).fill(ABSENT);
  larger.set(array);
  return larger;
}

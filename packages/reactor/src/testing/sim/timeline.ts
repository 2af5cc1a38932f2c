const NS_PER_MS = 1_000_000;

/** Something that will happen, unless it is called off. */
export interface Scheduled {
  readonly atNs: number;
  /** Tells apart what happens at the same time: what was planned first comes first. */
  readonly order: number;
  /** Undefined once it has happened or was called off. */
  action: (() => void) | undefined;
}

/**
 * Virtual time, and what happens at a time. It moves only when it is told to, to the next thing that is planned: an hour of
 * waiting costs nothing, and nothing depends on how fast the machine is.
 */
export class Timeline {
  /** Nanoseconds, a whole number. It does not begin with 0, as no machine's clock does. */
  #nowNs = 1000 * NS_PER_MS;
  #planned = 0;
  /** A binary heap: nothing in it is due before the one in the middle of the way to it. */
  readonly #heap: Scheduled[] = [];

  get nowNs(): number {
    return this.#nowNs;
  }

  get nowMs(): number {
    return this.#nowNs / NS_PER_MS;
  }

  /** When the next thing happens; infinite if nothing is planned. */
  get nextNs(): number {
    this.#dropCalledOff();
    return this.#heap[0]?.atNs ?? Number.POSITIVE_INFINITY;
  }

  after(delayNs: number, action: () => void): Scheduled {
    const scheduled: Scheduled = { atNs: this.#nowNs + Math.max(0, Math.ceil(delayNs)), order: this.#planned++, action };
    this.#heap.push(scheduled);
    this.#rise(this.#heap.length - 1);
    return scheduled;
  }

  callOff(scheduled: Scheduled): void {
    scheduled.action = undefined;
  }

  /** Lets time pass, with all that is planned for it. */
  passTo(ns: number): void {
    while (this.nextNs <= ns) this.#happen();
    this.#nowNs = Math.max(this.#nowNs, ns);
  }

  /** Goes to the next thing that is planned, and has it happen. Returns false if nothing is. */
  next(): boolean {
    if (this.nextNs === Number.POSITIVE_INFINITY) return false;
    this.#happen();
    return true;
  }

  #happen(): void {
    const { atNs, action } = this.#take();
    this.#nowNs = Math.max(this.#nowNs, atNs);
    action?.();
  }

  #dropCalledOff(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.action === undefined) this.#take();
  }

  #take(): Scheduled {
    const [first] = this.#heap as [Scheduled];
    const last = this.#heap.pop() as Scheduled;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#precedes(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(index: number): void {
    for (let at = index; ; ) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#heap.length && this.#precedes(child, first)) first = child;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #precedes(index: number, other: number): boolean {
    const [a, b] = [this.#heap[index] as Scheduled, this.#heap[other] as Scheduled];
    return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
  }

  #swap(index: number, other: number): void {
    [this.#heap[index], this.#heap[other]] = [this.#heap[other] as Scheduled, this.#heap[index] as Scheduled];
  }
}

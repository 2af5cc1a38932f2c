/** A link of a list, to be extended by what stands in it. One that stands in none has no neighbours. */
export class WheelEntry {
  previous: WheelEntry | undefined = undefined;
  next: WheelEntry | undefined = undefined;
  /** The tick at which it expires. */
  dueTick = 0;

  /** Whether it stands in a list. */
  get linked(): boolean {
    return this.next !== undefined;
  }

  unlink(): void {
    const { previous, next } = this as { previous: WheelEntry; next: WheelEntry };
    previous.next = next;
    next.previous = previous;
    this.previous = undefined;
    this.next = undefined;
  }
}

/** A circular list of entries, itself the link between the last and the first. An entry leaves without knowing its list. */
export class WheelList extends WheelEntry {
  constructor() {
    super();
    this.#clear();
  }

  get empty(): boolean {
    return this.next === this;
  }

  /** The first entry of a list that is not empty. */
  get first(): WheelEntry {
    return this.next as WheelEntry;
  }

  append(entry: WheelEntry): void {
    const last = this.previous as WheelEntry;
    entry.previous = last;
    entry.next = this;
    last.next = entry;
    this.previous = entry;
  }

  /** Takes the first entry out of a list that is not empty. */
  shift(): WheelEntry {
    const { first } = this;
    first.unlink();
    return first;
  }

  /** Moves all entries of another list behind its own. */
  appendAll(other: WheelList): void {
    if (other.empty) return;
    const last = this.previous as WheelEntry;
    last.next = other.first;
    other.first.previous = last;
    this.previous = other.previous;
    (other.previous as WheelEntry).next = this;
    other.#clear();
  }

  /** Walks the entries. None may join or leave meanwhile. */
  *entries(): IterableIterator<WheelEntry> {
    for (let entry = this.first; entry !== this; entry = entry.next as WheelEntry) yield entry;
  }

  #clear(): void {
    this.previous = this;
    this.next = this;
  }
}

/** Wakes whoever waits, whatever for: a change of state, as against data or room, says nothing of what it was. */
export const ANY_EVENT = 0xffff_ffff;

/** Waits for a file: an epoll set's registration, or somebody in the simulated world. */
export interface Observer {
  /** Something has become so, or may have: event bits of epoll_ctl(2). Returns whether somebody who waits alone has been woken. */
  woken(events: number): boolean;
  /** The file is gone. */
  gone(): void;
}

/**
 * An open file description (open(2)): what descriptors refer to. Several may refer to one; it is released with the last.
 */
export abstract class OpenFile {
  /** Descriptors that refer to it. */
  references = 0;
  readonly observers: Observer[] = [];

  /** What poll(2) would say now, in event bits of epoll_ctl(2). */
  abstract readiness(): number;
  /** No descriptor refers to it any more. */
  protected abstract released(): void;

  /** Those who wait alone (EPOLLEXCLUSIVE) stand behind the others, and the first of them who was woken is the last. */
  wake(events: number): void {
    for (const observer of Array.from(this.observers)) if (observer.woken(events)) return;
  }

  unobserve(observer: Observer): void {
    const index = this.observers.indexOf(observer);
    if (index >= 0) this.observers.splice(index, 1);
  }

  release(): void {
    if (--this.references > 0) return;
    for (const observer of this.observers.splice(0)) observer.gone();
    this.released();
  }
}

/** /dev/null: always ready, and nothing ever happens to it. */
export class NullFile extends OpenFile {
  readiness(): number {
    return 0;
  }

  protected released(): void {
    // It owns nothing.
  }
}

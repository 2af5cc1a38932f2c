import type { Link } from './link.js';
import type { Behaviour } from './watch.js';

/** Pairs of connections, each of which passes on what comes to the other: bytes, no faster than they are taken, and ends as they are. */
export class Tunnels {
  readonly #others = new Map<Link, Link>();
  /** Resolve what the half-close of a side waits for: that its other side has said all, too. */
  readonly #releases = new Map<Link, () => void>();

  /** The same for both sides. */
  readonly behaviour: Behaviour = {
    onData: (link, chunk) => this.#pass(link, chunk),
    onDrain: (link) => this.#others.get(link)?.resume(),
    onHalfClose: (link) => this.#halfClosed(link),
    onClose: (link, reason) => this.#closed(link, reason),
  };

  join(one: Link, other: Link): void {
    this.#others.set(one, other);
    this.#others.set(other, one);
  }

  /** What the other side cannot be told any more is dropped. */
  #pass(from: Link, chunk: Buffer): void {
    const to = this.#others.get(from);
    if (to?.writable === true && !to.write(chunk) && to.writable) from.pause();
  }

  /** Our own output ends with the other's input, and not before. */
  async #halfClosed(from: Link): Promise<void> {
    const to = this.#others.get(from);
    if (to === undefined || to.closed) return;
    to.connection?.end();
    this.#releases.get(to)?.();
    if (!to.heardEnd) await new Promise<void>((release) => this.#releases.set(from, release));
  }

  #closed(side: Link, reason: Error | undefined): void {
    this.#releases.get(side)?.();
    const other = this.#others.get(side);
    if (other === undefined || other.closed) return;
    this.#releases.get(other)?.();
    if (reason !== undefined) return other.destroy('the other side of the tunnel broke', reason);
    other.connection?.end();
    other.resume();
  }
}

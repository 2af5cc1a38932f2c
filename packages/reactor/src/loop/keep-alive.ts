/**
 * Counts what keeps the process alive: listeners, connections, timers that are not unref'ed. The host is told when the
 * first one comes and when the last one goes, so that a reactor with nothing to do lets its process end.
 */
export class KeepAlive {
  /** Told whenever the answer of `held` changes. Set by the host. */
  onChange: (held: boolean) => void = () => {};
  #holders = 0;

  get held(): boolean {
    return this.#holders > 0;
  }

  acquire(): void {
    if (this.#holders++ === 0) this.onChange(true);
  }

  release(): void {
    if (--this.#holders === 0) this.onChange(false);
  }
}

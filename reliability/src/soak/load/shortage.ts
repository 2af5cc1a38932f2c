/** Whether the server is out of descriptors, which excuses it for whom it turns away. */
export class Shortage {
  #now = false;
  #seen = 0;

  get now(): boolean {
    return this.#now;
  }

  /** How many have begun so far. */
  get seen(): number {
    return this.#seen;
  }

  begin(): void {
    this.#now = true;
    this.#seen++;
  }

  end(): void {
    this.#now = false;
  }
}

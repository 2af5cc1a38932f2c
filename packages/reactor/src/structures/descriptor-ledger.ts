/** In the place of an owner's number: nobody's, or somebody's who keeps his own account. */
const NOBODY = 0;

/**
 * Which of a process's threads has opened which descriptor, by its number, in shared memory. A thread that dies closes nothing, and
 * nobody else knows what it had: whoever is left reads it here. Each place is written by the thread only that holds the descriptor.
 */
export class DescriptorLedger {
  readonly memory: SharedArrayBuffer;
  readonly #owners: Uint16Array;

  /** `memory` has room for two bytes for each number that a descriptor may have; one above is not kept. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#owners = new Uint16Array(memory);
  }

  /** Room for this many descriptors. */
  static sized(descriptors: number): DescriptorLedger {
    return new DescriptorLedger(new SharedArrayBuffer(descriptors * Uint16Array.BYTES_PER_ELEMENT));
  }

  /** `owner` counts from 0. */
  note(fd: number, owner: number): void {
    this.#owners[fd] = owner + 1;
  }

  forget(fd: number): void {
    this.#owners[fd] = NOBODY;
  }

  /** Takes all of an owner off the account, and returns them. */
  takeAll(owner: number): number[] {
    const found: number[] = [];
    for (let fd = this.#owners.indexOf(owner + 1); fd >= 0; fd = this.#owners.indexOf(owner + 1, fd + 1)) found.push(fd);
    for (const fd of found) this.forget(fd);
    return found;
  }
}

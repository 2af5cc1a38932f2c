import type { Disk, DiskFile } from '../../src/disk/disk.js';

/** What a fault may befall. */
export type DiskCall = 'open' | 'create' | 'rename' | 'remove' | 'syncFolder' | 'write' | 'truncate' | 'sync';

/** What a file holds, under whatever name. */
class Contents {
  bytes = Buffer.alloc(0);
  synced = Buffer.alloc(0);
}

/**
 * A disk in memory. It may run full, and each kind of call may be made to fail. It knows what was synced: `afterPowerLoss` is the disk with
 * no more than that.
 */
export class MemoryDisk implements Disk {
  readonly folder = '/memory';
  /** Bytes of all files together. A write beyond it writes what there is room for, and fails. */
  roomBytes = Number.POSITIVE_INFINITY;
  readonly #contents = new Map<string, Contents>();
  #lasting = new Map<string, Contents>();
  readonly #faults: { call: DiskCall; code: string; passes: number }[] = [];

  /** Lets a call of this kind fail once, after `passes` that succeed. */
  fail(call: DiskCall, code: string, passes = 0): void {
    this.#faults.push({ call, code, passes });
  }

  /** The bytes of a file. */
  get(name: string): Buffer {
    return Buffer.from(this.#named(name, 'open').bytes);
  }

  /** Gives a file these bytes, synced. It is made if it is not there. */
  set(name: string, bytes: Uint8Array): void {
    const contents = this.#contents.get(name) ?? new Contents();
    contents.bytes = Buffer.from(bytes);
    contents.synced = contents.bytes;
    this.#contents.set(name, contents);
    this.#lasting.set(name, contents);
  }

  /** Another disk, with the names and contents that were synced. */
  afterPowerLoss(): MemoryDisk {
    const after = new MemoryDisk();
    for (const [name, { synced }] of this.#lasting) after.set(name, synced);
    return after;
  }

  list(): string[] {
    return [...this.#contents.keys()];
  }

  open(name: string): DiskFile {
    this.meet('open', name);
    return new MemoryFile(this, name, this.#named(name, 'open'));
  }

  create(name: string): DiskFile {
    this.meet('create', name);
    if (this.#contents.has(name)) throw failure('EEXIST', 'open', name);
    const contents = new Contents();
    this.#contents.set(name, contents);
    return new MemoryFile(this, name, contents);
  }

  rename(from: string, to: string): void {
    this.meet('rename', from);
    const contents = this.#named(from, 'rename');
    this.#contents.delete(from);
    this.#contents.set(to, contents);
  }

  remove(name: string): void {
    this.meet('remove', name);
    this.#named(name, 'unlink');
    this.#contents.delete(name);
  }

  syncFolder(): void {
    this.meet('syncFolder', this.folder);
    this.#lasting = new Map(this.#contents);
  }

  /** Fails if it is this call's turn. */
  meet(call: DiskCall, name: string): void {
    const fault = this.#faults.find((each) => each.call === call);
    if (fault === undefined || fault.passes-- > 0) return;
    this.#faults.splice(this.#faults.indexOf(fault), 1);
    throw failure(fault.code, call, name);
  }

  /** How many bytes are left. */
  room(): number {
    return [...this.#contents.values()].reduce((room, { bytes }) => room - bytes.length, this.roomBytes);
  }

  #named(name: string, call: string): Contents {
    const contents = this.#contents.get(name);
    if (contents === undefined) throw failure('ENOENT', call, name);
    return contents;
  }
}

class MemoryFile implements DiskFile {
  constructor(
    readonly disk: MemoryDisk,
    readonly name: string,
    readonly contents: Contents,
  ) {}

  size(): number {
    return this.contents.bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    const found = this.contents.bytes.subarray(position, position + target.length);
    target.set(found);
    return found.length;
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    try {
      this.disk.meet('write', this.name);
    } catch (error) {
      // Half of it is there: the worst that a write that fails may leave.
      this.#put(bytes.subarray(start, start + ((end - start) >> 1)), position);
      throw error;
    }
    const fitting = Math.min(end, start + this.disk.room() + Math.max(0, this.size() - position));
    this.#put(bytes.subarray(start, fitting), position);
    if (fitting < end) throw failure('ENOSPC', 'write', this.name);
  }

  truncate(size: number): void {
    this.disk.meet('truncate', this.name);
    const cut = Buffer.alloc(size);
    cut.set(this.contents.bytes.subarray(0, size));
    this.contents.bytes = cut;
  }

  sync(done: (error: NodeJS.ErrnoException | null) => void): void {
    let failed: NodeJS.ErrnoException | null = null;
    try {
      this.syncNow();
    } catch (error) {
      failed = error as NodeJS.ErrnoException;
    }
    setImmediate(() => done(failed));
  }

  syncNow(): void {
    this.disk.meet('sync', this.name);
    this.contents.synced = Buffer.from(this.contents.bytes);
  }

  close(): void {
    // There is nothing to give back.
  }

  #put(bytes: Uint8Array, position: number): void {
    const size = Math.max(this.size(), position + bytes.length);
    const grown = Buffer.alloc(size);
    grown.set(this.contents.bytes);
    grown.set(bytes, position);
    this.contents.bytes = grown;
  }
}

function failure(code: string, call: string, name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${call} ${name}`), { code, syscall: call, path: name });
}

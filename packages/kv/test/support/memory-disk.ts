import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { Disk, DiskFile } from '../../src/disk/disk.js';

/** What a fault may befall. */
export type DiskCall = 'list' | 'open' | 'create' | 'rename' | 'remove' | 'syncFolder' | 'write' | 'truncate' | 'sync';

/** What a file holds, under whatever name. */
class Contents {
  synced = Buffer.alloc(0);
  size = 0;
  /** What was written since the last sync, whether or not that has succeeded, is behind this position. */
  #written = 0;
  /** Zeros behind the end: what a hole is filled with. */
  #storage = Buffer.alloc(256);

  get bytes(): Buffer {
    return this.#storage.subarray(0, this.size);
  }

  put(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#storage.length) this.#storage = Buffer.concat([this.#storage, Buffer.alloc(end * 2 - this.#storage.length)]);
    this.#storage.set(bytes, position);
    this.#written = Math.min(this.#written, position);
    this.size = Math.max(this.size, end);
  }

  cut(size: number): void {
    this.#written = Math.min(this.#written, size);
    this.#storage.fill(0, size);
    this.size = size;
  }

  sync(): void {
    const synced = Buffer.alloc(this.size);
    this.synced.copy(synced);
    this.bytes.copy(synced, this.#written, this.#written);
    this.synced = synced;
    this.forget();
  }

  /** A sync has failed. The kernel has told of it, and takes for written what the disk has not got: no later sync tries again. */
  forget(): void {
    this.#written = this.size;
  }
}

/**
 * A disk in memory. It may run full, and each kind of call may be made to fail. It knows what was synced: `afterPowerLoss` is the disk with
 * no more than that.
 */
export class MemoryDisk implements Disk {
  readonly folder = '/memory';
  /** Bytes of all files together. A write beyond it writes what there is room for, and fails. */
  roomBytes = Number.POSITIVE_INFINITY;
  /** How many files are open. */
  opened = 0;
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
    contents.cut(0);
    contents.put(bytes, 0);
    contents.sync();
    this.#contents.set(name, contents);
    this.#lasting.set(name, contents);
  }

  /** Another disk, with the names and contents that were synced. */
  afterPowerLoss(): MemoryDisk {
    const after = new MemoryDisk();
    for (const [name, { synced }] of this.#lasting) after.set(name, synced);
    return after;
  }

  /** Another disk, with all that this one shows: what is found after a process was killed. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const [name, { bytes }] of this.#contents) copy.set(name, bytes);
    return copy;
  }

  list(): string[] {
    this.meet('list', this.folder);
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

  discard(name: string): void {
    this.remove(name);
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
    return [...this.#contents.values()].reduce((room, { size }) => room - size, this.roomBytes);
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
  ) {
    disk.opened++;
  }

  size(): number {
    return this.contents.size;
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
      this.contents.put(bytes.subarray(start, start + ((end - start) >> 1)), position);
      throw error;
    }
    const fitting = Math.min(end, start + this.disk.room() + Math.max(0, this.size() - position));
    this.contents.put(bytes.subarray(start, fitting), position);
    if (fitting < end) throw failure('ENOSPC', 'write', this.name);
  }

  truncate(size: number): void {
    this.disk.meet('truncate', this.name);
    if (size > this.size()) throw failure('EINVAL', 'truncate', this.name);
    this.contents.cut(size);
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
    try {
      this.disk.meet('sync', this.name);
    } catch (error) {
      this.contents.forget();
      throw error;
    }
    this.contents.sync();
  }

  close(): void {
    this.disk.opened--;
  }
}

function failure(code: string, call: string, name: string): NodeJS.ErrnoException {
  const errno = -constants.errno[code as keyof typeof constants.errno];
  const text = getSystemErrorMap().get(errno)?.[1];
  return Object.assign(new Error(`${code}: ${text}, ${call} '${name}'`), { code, errno, syscall: call, path: name });
}

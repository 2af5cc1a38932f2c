import type { Disk, DiskFile } from '../../src/disk/disk.js';
import { choices } from './choices.js';

/** What is on a disk: the contents of each file by its name. */
export type DiskImage = ReadonlyMap<string, Buffer>;

/** What a disk writes whole or not at all; larger pages are several of them that stay together, which is among what is tried. */
const SECTOR_BYTES = 512;
const NOTHING_WRITTEN = Buffer.alloc(SECTOR_BYTES);

/** What reaches the disk as one: a sector, the size of a file, or the names in the folder. It remembers all that it has ever been. */
class Cell<Content> {
  readonly #versions: { readonly moment: number; readonly content: Content }[];

  constructor(content: Content) {
    this.#versions = [{ moment: 0, content }];
  }

  get content(): Content {
    return this.#versions[this.#versions.length - 1]!.content;
  }

  change(moment: number, content: Content): void {
    this.#versions.push({ moment, content });
  }

  /** What may be found of it after a power loss: what it was at the last sync, or at any moment since. */
  remains(synced: number, lost: number): Content[] {
    const before = this.#versions.findLastIndex(({ moment }) => moment <= synced);
    return this.#versions.slice(before).filter(({ moment }) => moment <= lost).map(({ content }) => content);
  }
}

/** When the syncs of a file, or of the folder, have begun and ended. One keeps all that was there when it began, from its end on. */
class Syncs {
  readonly #syncs: { readonly began: number; readonly ended: number }[] = [];

  add(began: number, ended: number): void {
    this.#syncs.push({ began, ended });
  }

  /** Everything up to this moment is safe from a power loss at `lost`. */
  coveredAt(lost: number): number {
    return this.#syncs.reduce((covered, { began, ended }) => (ended <= lost ? Math.max(covered, began) : covered), 0);
  }
}

/** A file without its name. It may have lost that, and come back under it. */
class Inode {
  readonly syncs = new Syncs();
  readonly sectors: Cell<Buffer>[] = [];
  readonly size: Cell<number>;

  constructor(contents: Buffer) {
    this.size = new Cell(contents.length);
    for (let at = 0; at < contents.length; at += SECTOR_BYTES) this.sectors.push(new Cell(padded(contents.subarray(at, at + SECTOR_BYTES))));
  }

  write(moment: number, bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    for (let at = position; at < end; ) {
      const sector = Math.floor(at / SECTOR_BYTES);
      const sectorEnd = Math.min(end, (sector + 1) * SECTOR_BYTES);
      this.#changeSector(moment, sector, at % SECTOR_BYTES, bytes.subarray(at - position, sectorEnd - position));
      at = sectorEnd;
    }
    if (end > this.size.content) this.size.change(moment, end);
  }

  truncate(moment: number, size: number): void {
    const old = this.size.content;
    // What is cut off reads as zeros, should the file grow again.
    if (size < old) this.write(moment, Buffer.alloc(old - size), size);
    this.size.change(moment, size);
  }

  #changeSector(moment: number, index: number, offset: number, bytes: Uint8Array): void {
    while (this.sectors.length <= index) this.sectors.push(new Cell(NOTHING_WRITTEN));
    const cell = this.sectors[index]!;
    const content = Buffer.from(cell.content);
    content.set(bytes, offset);
    cell.change(moment, content);
  }
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, NOTHING_WRITTEN.subarray(bytes.length)]);
}

function contentsOf(size: number, sectors: readonly Buffer[]): Buffer {
  const missing = Math.max(0, size - sectors.length * SECTOR_BYTES);
  return Buffer.concat([...sectors, Buffer.alloc(missing)]).subarray(0, size);
}

/**
 * A disk in memory that can be cut off from power at any moment of its past, and tells what may then be found on it.
 *
 * The rules allow more than any file system does, so what survives them survives on ext4, XFS and btrfs with any mount option:
 * - A sector of 512 bytes is written whole or not at all. Of each sector may be found what it held at its file's last sync, or at
 *   any moment since, whatever became of the others; the same holds for the size of the file. Where it has grown and nothing
 *   else was written there are zeros. What had been cut off may be back.
 * - Names are made, changed and removed in order, as a journal does it: found are those of the folder's last sync or of any moment
 *   since. To sync a file says nothing of its name, although most file systems are kinder.
 * - A sync keeps what was written before it began, and only once it has ended.
 */
export class PowerLossDisk implements Disk {
  readonly folder = 'a disk that loses power';
  readonly #names: Cell<ReadonlyMap<string, Inode>>;
  readonly #folderSyncs = new Syncs();
  readonly #pending: (() => void)[] = [];
  #moment = 0;
  #lastMoment = Number.POSITIVE_INFINITY;

  constructor(image: DiskImage = new Map()) {
    this.#names = new Cell(new Map([...image].map(([name, contents]) => [name, new Inode(contents)])));
  }

  /** How much has happened: writes, changes of names, begins and ends of syncs. */
  get moment(): number {
    return this.#moment;
  }

  list(): string[] {
    return [...this.#names.content.keys()];
  }

  open(name: string): DiskFile {
    return this.#handle(name, this.#inode(name));
  }

  create(name: string): DiskFile {
    if (this.#names.content.has(name)) throw failure('EEXIST', name);
    const inode = new Inode(Buffer.alloc(0));
    this.#rename((names) => names.set(name, inode));
    return this.#handle(name, inode);
  }

  rename(from: string, to: string): void {
    const inode = this.#inode(from);
    this.#rename((names) => names.delete(from) && names.set(to, inode));
  }

  remove(name: string): void {
    this.#inode(name);
    this.#rename((names) => names.delete(name));
  }

  discard(name: string): void {
    this.remove(name);
  }

  syncFolder(): void {
    const moment = this.#happen();
    this.#folderSyncs.add(moment, moment);
  }

  /** Ends the syncs that have begun. Those that begin meanwhile wait for the next time. */
  endSyncs(): void {
    for (const end of this.#pending.splice(0)) end();
  }

  /** The process that uses it will be killed when so much more has happened: whatever it does then throws, and does nothing. */
  killSoon(distance: number): void {
    this.#lastMoment = this.#moment + distance;
  }

  /** Whether it has been killed. */
  get isDeserted(): boolean {
    return this.#moment >= this.#lastMoment;
  }

  /** Another process takes over. What the one before has written is there, synced or not; nobody hears of its syncs any more. */
  takeOver(): void {
    this.#pending.length = 0;
    this.#lastMoment = Number.POSITIVE_INFINITY;
  }

  /** What may be on the disk if the power goes at `lost`: all of it, or so many of the possibilities, by a seed. */
  *imagesAfterLoss(lost: number, atMost: number, seed: number): Generator<DiskImage> {
    const folders = this.#names.remains(this.#folderSyncs.coveredAt(lost), lost);
    const inodes = [...new Set(folders.flatMap((names) => [...names.values()]))];
    const cells = inodes.map(({ syncs, size, sectors }) => {
      const covered = syncs.coveredAt(lost);
      return [size.remains(covered, lost), ...sectors.map((sector) => sector.remains(covered, lost))] as const;
    });
    for (const choose of choices([folders, ...cells.flat()].map(({ length }) => length), atMost, seed)) {
      const names = folders[choose()]!;
      const contents = new Map(cells.map(([sizes, ...sectors], i) => {
        return [inodes[i], contentsOf(sizes[choose()]!, sectors.map((versions) => versions[choose()]!))];
      }));
      yield new Map([...names].map(([name, inode]) => [name, contents.get(inode)!]));
    }
  }

  /** Something happens. */
  #happen(): number {
    if (this.isDeserted) throw new Error('the process has been killed');
    return ++this.#moment;
  }

  #inode(name: string): Inode {
    const inode = this.#names.content.get(name);
    if (inode === undefined) throw failure('ENOENT', name);
    return inode;
  }

  #rename(change: (names: Map<string, Inode>) => void): void {
    const names = new Map(this.#names.content);
    change(names);
    this.#names.change(this.#happen(), names);
  }

  #handle(name: string, inode: Inode): DiskFile {
    const end = (began: number): void => inode.syncs.add(began, this.#happen());
    return {
      name,
      size: () => inode.size.content,
      read: (target, position) => {
        const contents = contentsOf(inode.size.content, inode.sectors.map((sector) => sector.content));
        target.set(contents.subarray(position, position + target.length));
        return Math.max(0, Math.min(target.length, contents.length - position));
      },
      write: (bytes, from, to, position) => inode.write(this.#happen(), bytes.subarray(from, to), position),
      truncate: (size) => inode.truncate(this.#happen(), size),
      sync: (done) => {
        if (this.isDeserted) return;
        const began = this.#happen();
        this.#pending.push(() => {
          end(began);
          done(null);
        });
      },
      syncNow: () => end(this.#happen()),
      close: () => {},
    };
  }
}

function failure(code: string, name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${name}`), { code });
}

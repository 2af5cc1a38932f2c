import { randomBytes } from 'node:crypto';
import type { Disk } from '../../disk/disk.js';
import { FILE_HEADER_BYTES, type FileHeader, LINEAGE_BYTES } from '../../log/file-header.js';
import { readFileHeader } from '../../log/record-file.js';
import { corruptStore } from './damage.js';
import { type FileName, logName, parseName } from './file-names.js';

/** A file that the state of a folder consists of. */
export interface StoredFile {
  readonly name: string;
  readonly number: number;
  readonly size: number;
  readonly salt: number;
}

/**
 * The files of a folder as they were found. The state is the snapshot with the highest number, which is what was there at the beginning
 * of the log with that number, and what this log and those behind it have changed.
 */
export interface DataFolder {
  /** 16 bytes that all files of the folder have in common; new ones if there are no files yet. */
  readonly lineage: Buffer;
  readonly snapshot: StoredFile | undefined;
  /** In order and without a gap. None if nothing was ever stored here. */
  readonly logs: readonly StoredFile[];
  /** What a snapshot has replaced, and what was begun and never used: to be removed. */
  readonly leftovers: readonly string[];
}

/** A file, and its header or what is wrong with that. */
interface Candidate {
  readonly name: FileName;
  readonly size: number;
  readonly header: FileHeader | string;
}

/** Looks at the names and headers of a folder's files, and changes nothing. Errors: EL_STORE_CORRUPT, and those of the disk. */
export function readDataFolder(disk: Disk): DataFolder {
  const names = disk.list().map(parseName).filter((name) => name !== undefined).sort((a, b) => a.number - b.number);
  const newest = names.findLast(({ kind, isTemporary }) => kind === 'snapshot' && !isTemporary);
  const first = newest?.number ?? 1;
  const logNames = names.filter(({ kind, number }) => kind === 'log' && number >= first);
  const candidates = (newest === undefined ? logNames : [newest, ...logNames]).map((name) => inspect(disk, name));
  if (isUnborn(candidates)) candidates.pop();
  const files = admitted(disk, candidates);
  const snapshot = newest === undefined ? undefined : files[0];
  const logs = snapshot === undefined ? files : files.slice(1);
  if (files.length > 0) refuseGap(disk, snapshot, logs, first);
  const leftovers = names.map(({ name }) => name).filter((name) => files.every((file) => file.name !== name));
  return { lineage: lineageOf(candidates) ?? randomBytes(LINEAGE_BYTES), snapshot, logs, leftovers };
}

function inspect(disk: Disk, name: FileName): Candidate {
  const file = disk.open(name.name);
  try {
    return { name, size: file.size(), header: readFileHeader(file) };
  } finally {
    file.close();
  }
}

/**
 * Whether the last file is a log that was being made when the process or the machine stopped. A header is synced before anything
 * relies on it: a record behind it, the end of the log before, a snapshot with its number.
 */
function isUnborn(candidates: readonly Candidate[]): boolean {
  const last = candidates.at(-1);
  if (last === undefined || last.name.kind === 'snapshot') return false;
  const isRelied = last.size > FILE_HEADER_BYTES || candidates.some(({ name }) => name.kind === 'snapshot' && name.number === last.name.number);
  return typeof last.header === 'string' && !isRelied;
}

/** The candidates as files that belong together. */
function admitted(disk: Disk, candidates: readonly Candidate[]): StoredFile[] {
  const lineage = lineageOf(candidates);
  return candidates.map(({ name: { name, kind, number }, size, header }) => {
    if (typeof header === 'string') throw corruptStore(disk.folder, { file: name, position: 0, reason: header });
    if (header.kind !== kind || header.number !== number) {
      throw corruptStore(disk.folder, { file: name, reason: `it has been ${header.kind}-${header.number}, and another file was given its name` });
    }
    if (lineage?.equals(header.lineage) === false) {
      throw corruptStore(disk.folder, { file: name, reason: `it is from another data folder than ${candidates[0]?.name.name}` });
    }
    return { name, number, size, salt: header.salt };
  });
}

function lineageOf([first]: readonly Candidate[]): Buffer | undefined {
  return first === undefined || typeof first.header === 'string' ? undefined : first.header.lineage;
}

/** The logs are those from the snapshot on, or from the first one. */
function refuseGap(disk: Disk, snapshot: StoredFile | undefined, logs: readonly StoredFile[], first: number): void {
  const gap = logs.findIndex(({ number }, index) => number !== first + index);
  if (gap < 0 && logs.length > 0) return;
  const file = logName(first + Math.max(gap, 0));
  const behind = logs[gap]?.name;
  if (gap > 0) throw corruptStore(disk.folder, { file, reason: `it is missing, and ${behind} is there` });
  if (snapshot !== undefined) throw corruptStore(disk.folder, { file, reason: `it is missing, and ${snapshot.name} does not do without it` });
  throw corruptStore(disk.folder, { file, reason: `neither it nor a snapshot in its place is there, but ${behind} is` });
}

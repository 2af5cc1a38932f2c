import type { Disk, DiskFile } from '../../disk/disk.js';
import { FILE_HEADER_BYTES, type FileHeader, encodeFileHeader, salvageLineage } from '../../log/file-header.js';
import { createRecordFile, readFileHeader } from '../../log/record-file.js';
import { RECORD_HEADER_BYTES, saltOf } from '../../log/record-header.js';
import { RecordReader } from '../../log/record-reader.js';
import type { Damage } from './damage.js';
import { type FileName, logName, parseName, snapshotName } from './file-names.js';

const COPY_BYTES = 1024 * 1024;

/** One thing that is done to a folder; what it takes away is kept under another name. */
export type RepairStep =
  /** What stands behind a position goes to a file of its own. */
  | { readonly kind: 'cut'; readonly file: string; readonly position: number; readonly bytes: number; readonly keptAs: string }
  /** The file gets another name, and counts no more. */
  | { readonly kind: 'aside'; readonly file: string; readonly keptAs: string }
  /** An empty log takes the place of one that is missing. */
  | { readonly kind: 'begin'; readonly file: string }
  /** What the header says is written anew, since all else is as it should be. */
  | { readonly kind: 'header'; readonly file: string };

/** How damage is mended, in order; or why it cannot be. */
export type RepairPlan = readonly RepairStep[] | string;

/**
 * What is left after a repair is a state that there was: the last one before the damage. What came later would be run on something else than
 * it has changed; so it is put aside, with the logs that follow. Errors: those of the disk.
 */
export function planRepair(disk: Disk, { file, position }: Damage): RepairPlan {
  const names = disk.list();
  const name = parseName(file);
  if (name === undefined) return 'it is no file of this store';
  if (!names.includes(file)) return planMissing(disk, name);
  if (typeof headerOf(disk, file) === 'string') return planHeader(disk, name);
  if (position === undefined) return 'give each file the name and the folder that it had, or remove what does not belong here';
  if (name.kind === 'snapshot') return 'what a snapshot holds stands nowhere else: take a backup of the folder';
  return [cut(disk, file, position), ...later(disk, name.number).map((log) => aside(disk, log))];
}

/** A log that is missing in the middle, or behind a snapshot. Before all others it would have what they are changes of. */
function planMissing(disk: Disk, { name, number }: FileName): RepairPlan {
  const isFounded = disk.list().some((other) => other === snapshotName(number) || other === logName(number - 1));
  if (!isFounded) return 'what the other files change stood in it: take a backup of the folder';
  return [...later(disk, number).map((log) => aside(disk, log)), { kind: 'begin', file: name }];
}

function planHeader(disk: Disk, name: FileName): RepairPlan {
  if (mendedHeader(disk, name) !== undefined) return [{ kind: 'header', file: name.name }];
  if (name.kind === 'snapshot') return 'what a snapshot holds stands nowhere else: take a backup of the folder';
  if (lineageIn(disk, name) === undefined) return 'nothing is left of this folder: take a backup of it';
  return [name.name, ...later(disk, name.number)].map((log) => aside(disk, log));
}

/** A torn end is cut off by the next start, too, but not kept. */
export function cut(disk: Disk, file: string, position: number): RepairStep {
  const opened = disk.open(file);
  const bytes = opened.size() - position;
  opened.close();
  return { kind: 'cut', file, position, bytes, keptAs: freeName(disk, `${file}.cut-${position}`) };
}

function aside(disk: Disk, file: string): RepairStep {
  return { kind: 'aside', file, keptAs: freeName(disk, `${file}.cut-0`) };
}

/** A repair that did not come to its end may have left one with this name. */
function freeName(disk: Disk, name: string): string {
  const names = disk.list();
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}.${number}`;
    if (!names.includes(candidate)) return candidate;
  }
}

/** The logs behind this one, in order. */
function later(disk: Disk, number: number): string[] {
  const logs = disk.list().map(parseName).filter((name) => name?.kind === 'log' && name.number > number) as FileName[];
  return logs.toSorted((a, b) => a.number - b.number).map(({ name }) => name);
}

/** Does it, so that a crash in between loses nothing. Errors: those of the disk. */
export function repair(disk: Disk, steps: readonly RepairStep[]): void {
  for (const step of steps) {
    if (step.kind === 'cut') cutOff(disk, step);
    else if (step.kind === 'aside') disk.rename(step.file, step.keptAs);
    else if (step.kind === 'begin') begin(disk, parseName(step.file) as FileName);
    else writeHeader(disk, parseName(step.file) as FileName);
    disk.syncFolder();
  }
}

function cutOff(disk: Disk, { file, position, keptAs }: Extract<RepairStep, { kind: 'cut' }>): void {
  const [from, to] = [disk.open(file), disk.create(keptAs)];
  try {
    copy(from, position, to);
    to.syncNow();
    // The name of the copy has to last before what it is a copy of goes.
    disk.syncFolder();
    from.truncate(position);
    from.syncNow();
  } finally {
    from.close();
    to.close();
  }
}

function copy(from: DiskFile, position: number, to: DiskFile): void {
  const chunk = Buffer.allocUnsafe(COPY_BYTES);
  for (let done = 0; ; ) {
    const count = from.read(chunk, position + done);
    if (count === 0) return;
    to.write(chunk, 0, count, done);
    done += count;
  }
}

function begin(disk: Disk, name: FileName): void {
  const lineage = lineageIn(disk, name) as Buffer;
  const { file } = createRecordFile(disk, name.name, { kind: 'log', number: name.number, lineage });
  file.syncNow();
  file.close();
}

function headerOf(disk: Disk, name: string): FileHeader | string {
  const file = disk.open(name);
  try {
    return readFileHeader(file);
  } finally {
    file.close();
  }
}

/** The lineage that another file's header tells. */
function lineageIn(disk: Disk, { name }: FileName): Buffer | undefined {
  for (const other of disk.list()) {
    if (other === name || parseName(other) === undefined) continue;
    const header = headerOf(disk, other);
    if (typeof header !== 'string') return header.lineage;
  }
  return undefined;
}

/**
 * The header of a file whose own is damaged: the name says the kind and the number, other files the lineage, and the first record the salt.
 * Undefined where that is no record, and where nothing is damaged.
 */
function mendedHeader(disk: Disk, name: FileName): FileHeader | undefined {
  const file = disk.open(name.name);
  try {
    const bytes = Buffer.alloc(FILE_HEADER_BYTES + RECORD_HEADER_BYTES);
    const count = file.read(bytes, 0);
    const lineage = salvageLineage(bytes.subarray(0, Math.min(count, FILE_HEADER_BYTES)));
    if (lineage === undefined || count < bytes.length) return undefined;
    const salt = saltOf(new DataView(bytes.buffer, bytes.byteOffset, count), FILE_HEADER_BYTES, FILE_HEADER_BYTES);
    const { position } = new RecordReader(file, salt).read(FILE_HEADER_BYTES, () => {});
    // There is a salt for whatever stands there, but for a record only one with which the payload's checksum is right as well.
    if (position === FILE_HEADER_BYTES) return undefined;
    return { kind: name.kind, number: name.number, lineage: lineageIn(disk, name) ?? lineage, salt };
  } finally {
    file.close();
  }
}

function writeHeader(disk: Disk, name: FileName): void {
  const header = mendedHeader(disk, name) as FileHeader;
  const file = disk.open(name.name);
  try {
    file.write(encodeFileHeader(header), 0, FILE_HEADER_BYTES, 0);
    file.syncNow();
  } finally {
    file.close();
  }
}

import type { FileKind } from '../../log/file-header.js';

/** A file of a data folder, by its name. */
export interface FileName {
  readonly name: string;
  readonly kind: FileKind;
  readonly number: number;
  /** A snapshot that is not whole, or never was. */
  readonly isTemporary: boolean;
}

const PATTERN = /^(log|snapshot)-([1-9][0-9]{0,14})(\.tmp)?$/;
const TEMPORARY = '.tmp';

export function logName(number: number): string {
  return `log-${number}`;
}

export function snapshotName(number: number): string {
  return `snapshot-${number}`;
}

/** The name of a snapshot until it is whole. */
export function temporaryName(number: number): string {
  return snapshotName(number) + TEMPORARY;
}

/** What a name says; undefined for a file that is none of the store's, and is left alone. */
export function parseName(name: string): FileName | undefined {
  const [, kind, digits, suffix] = PATTERN.exec(name) ?? [];
  if (digits === undefined || (kind === 'log' && suffix !== undefined)) return undefined;
  return { name, kind: kind as FileKind, number: Number(digits), isTemporary: suffix !== undefined };
}

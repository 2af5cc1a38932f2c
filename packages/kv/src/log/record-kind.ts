import { MalformedRecordError } from './malformed-record-error.js';
import type { RecordBuffer } from './record-buffer.js';
import { RecordCursor } from './record-cursor.js';

/** The first byte of each record of a log. */
export const EFFECTS = 1;
export const CLOSING = 2;

/** Fills an empty record with one that has no effects: what counts of it is its header. */
export function writeEmpty(record: RecordBuffer): void {
  record.byte(EFFECTS);
}

/** Fills an empty record with the one that ends a log: it goes on in the log with this number. */
export function writeClosing(record: RecordBuffer, next: number): void {
  record.byte(CLOSING);
  record.varint(next);
}

/** The number of the log that goes on, if a payload is a closing record; undefined if it is none. Error: MalformedRecordError. */
export function readClosing(bytes: Buffer, start: number, end: number): number | undefined {
  if (bytes[start] !== CLOSING) return undefined;
  const cursor = new RecordCursor();
  cursor.reset(bytes, start + 1, end);
  const next = cursor.varint();
  if (!cursor.isAtEnd) throw new MalformedRecordError('a closing record goes on');
  return next;
}

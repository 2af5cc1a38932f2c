import { MalformedRecordError } from './malformed-record-error.js';
import { RecordBuffer } from './record-buffer.js';
import { RecordCursor } from './record-cursor.js';

/** The first byte of each record of a log. */
export const EFFECTS = 1;
export const CLOSING = 2;

/** A record without effects: what counts of it is its header. */
export function emptyRecord(): RecordBuffer {
  const record = new RecordBuffer();
  record.byte(EFFECTS);
  return record;
}

/** The record that ends a log: it goes on in the log with this number. */
export function closingRecord(next: number): RecordBuffer {
  const record = new RecordBuffer();
  record.byte(CLOSING);
  record.varint(next);
  return record;
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

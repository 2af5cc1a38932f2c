import { globMatches } from '../bytes/glob.js';
import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Call } from './call.js';
import { ReplyError, SYNTAX } from './reply-error.js';

const DEFAULT_COUNT = 10;
const MAX_CURSOR = 2n ** 64n;
const MAX_CURSOR_DIGITS = 20;
const INVALID_CURSOR = new ReplyError('ERR invalid cursor');

/** What the options behind a cursor ask for. */
export interface ScanOptions {
  readonly count: number;
  /** Whether a name is wanted. */
  readonly matches: (bytes: Buffer, start: number, end: number) => boolean;
}

/** The cursor that is argument `index`, read as strtoul(3) reads it. Error: ERR invalid cursor. */
export function scanCursor(call: Call, index: number): number {
  const text = call.latin1(index);
  const [, digits] = /^[+-]?0*([0-9]*)$/.exec(text) ?? [];
  // The length comes first, as millions of digits would take seconds to compare.
  if (digits === undefined || digits.length > MAX_CURSOR_DIGITS || BigInt(digits) >= MAX_CURSOR) throw INVALID_CURSOR;
  return Number(digits);
}

/** The options from argument `from` on: MATCH and COUNT, in any order, the last one counts. Those in `others` are passed over. */
export function scanOptions(call: Call, from: number, others: readonly string[] = []): ScanOptions {
  let count = DEFAULT_COUNT;
  let pattern = 0;
  for (let i = from; i < call.count; i += 2) {
    if (i + 1 === call.count) throw SYNTAX;
    if (call.is(i, 'COUNT')) count = readCount(call, i + 1);
    else if (call.is(i, 'MATCH')) pattern = i + 1;
    else if (!others.some((other) => call.is(i, other))) throw SYNTAX;
  }
  return { count, matches: matcher(call, pattern) };
}

/** Writes a cursor with the items that `scan` writes. It returns the cursor, and how many items there are. */
export function replyScan(reply: ReplyWriter, scan: () => [cursor: number, items: number]): void {
  const at = reply.hold();
  const [cursor, count] = scan();
  const items = Buffer.from(reply.written(at));
  reply.truncate(at);
  reply.release();
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(count);
  reply.raw(items, 0, items.length);
}

/** What HSCAN and the like go through: `visit` is shown the name of each item first. */
interface Scannable<Rest extends readonly number[]> {
  scan(cursor: number, count: number, visit: (buffer: Buffer, start: number, end: number, ...rest: Rest) => void): number;
}

/**
 * Answers a part of the collection at a key, nothing if there is none: of each item whose name is wanted `write` writes `width`
 * elements. `read` finds the collection, behind the cursor's errors and before those of the options.
 */
export function scanItems<Rest extends readonly number[], Of extends Scannable<Rest>>(
  call: Call, read: (call: Call) => Of | undefined, width: number, write: (of: Of, buffer: Buffer, start: number, end: number, ...rest: Rest) => void,
): void {
  const cursor = scanCursor(call, 2);
  const items = read(call);
  if (items === undefined) return replyScan(call.reply, () => [0, 0]);
  const { count, matches } = scanOptions(call, 3);
  replyScan(call.reply, () => {
    let written = 0;
    const next = items.scan(cursor, count, (buffer, start, end, ...rest) => {
      if (!matches(buffer, start, end)) return;
      write(items, buffer, start, end, ...rest);
      written += width;
    });
    return [next, written];
  });
}

function readCount(call: Call, index: number): number {
  const count = call.integer(index);
  if (count < 1) throw SYNTAX;
  return count;
}

function matcher(call: Call, pattern: number): ScanOptions['matches'] {
  // A star alone is no pattern: it lets the empty name through, which it does not match otherwise.
  if (pattern === 0 || call.is(pattern, '*')) return () => true;
  const { source } = call;
  const from = call.start(pattern);
  const to = call.end(pattern);
  return (bytes, start, end) => globMatches(source, from, to, bytes, start, end);
}

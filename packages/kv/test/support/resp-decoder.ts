/**
 * Decodes RESP2 and RESP3, keeping every type apart, so that a test can tell `:1` from `#t` and `$-1` from `_`.
 * It shares no line with the server's own codec: two that agree because they are one would prove nothing.
 */

/** `null`, `nullBulk` and `nullArray` are RESP3's `_` and RESP2's `$-1` and `*-1`. `missing` is no reply at all: late, or the connection closed. */
export type LeafType =
  | 'simple' | 'error' | 'bulk' | 'bulkError' | 'verbatim' | 'integer' | 'double' | 'big' | 'boolean' | 'null' | 'nullBulk' | 'nullArray' | 'missing';
export type AggregateType = 'array' | 'set' | 'map' | 'push' | 'attribute';

/** The value is the text on the wire, a character per byte (latin1): nothing is rounded and nothing is lost. */
export interface Leaf {
  readonly type: LeafType;
  readonly value: string;
}

/** The items of a map and of an attribute are its keys and values in turn. */
export interface Aggregate {
  readonly type: AggregateType;
  readonly items: readonly Reply[];
}

export type Reply = Leaf | Aggregate;

const LINES: Readonly<Record<string, LeafType>> = { '+': 'simple', '-': 'error', ':': 'integer', ',': 'double', '(': 'big', '#': 'boolean', _: 'null' };
const BLOBS: Readonly<Record<string, LeafType>> = { $: 'bulk', '!': 'bulkError', '=': 'verbatim' };
const AGGREGATES: Readonly<Record<string, AggregateType>> = { '*': 'array', '~': 'set', '%': 'map', '>': 'push', '|': 'attribute' };

/** Holds the bytes that are not yet a whole reply. */
export class RespDecoder {
  private buffer: Buffer = Buffer.alloc(0);
  private position = 0;

  /** Adds bytes and returns the replies that they complete. */
  push(chunk: Buffer): Reply[] {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    const replies: Reply[] = [];
    let end = 0;
    for (let reply = this.next(); reply !== undefined; reply = this.next()) {
      replies.push(reply);
      end = this.position;
    }
    this.buffer = this.buffer.subarray(end);
    this.position = 0;
    return replies;
  }

  /** Undefined where the bytes end before the reply does; then the position means nothing. */
  private next(): Reply | undefined {
    const line = this.line();
    if (line === undefined) return undefined;
    const sign = line[0] ?? '';
    const rest = line.slice(1);
    const leaf = LINES[sign];
    if (leaf !== undefined) return { type: leaf, value: rest };
    const blob = BLOBS[sign];
    if (blob !== undefined) return rest === '-1' ? { type: 'nullBulk', value: '' } : this.blob(blob, Number(rest));
    const aggregate = AGGREGATES[sign];
    if (aggregate !== undefined) return rest === '-1' ? { type: 'nullArray', value: '' } : this.aggregate(aggregate, Number(rest));
    throw new Error(`no RESP type begins like ${JSON.stringify(line)}`);
  }

  private line(): string | undefined {
    const end = this.buffer.indexOf('\r\n', this.position, 'latin1');
    if (end < 0) return undefined;
    const line = this.buffer.toString('latin1', this.position, end);
    this.position = end + 2;
    return line;
  }

  private blob(type: LeafType, length: number): Leaf | undefined {
    const end = this.position + length;
    if (this.buffer.length < end + 2) return undefined;
    const value = this.buffer.toString('latin1', this.position, end);
    this.position = end + 2;
    return { type, value };
  }

  private aggregate(type: AggregateType, length: number): Aggregate | undefined {
    const count = type === 'map' || type === 'attribute' ? length * 2 : length;
    const items: Reply[] = [];
    for (let i = 0; i < count; i++) {
      const item = this.next();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { type, items };
  }
}

/** Whether two replies are the same to the byte, types included. */
export function isSame(left: Reply, right: Reply): boolean {
  if (left.type !== right.type) return false;
  if (!('items' in left)) return left.value === (right as Leaf).value;
  const { items } = right as Aggregate;
  return left.items.length === items.length && left.items.every((item, i) => isSame(item, items[i] as Reply));
}

/** A reply as plain values for a test that does not care for types: strings, numbers, null and nested arrays. Errors keep their `-`. */
export function plain(reply: Reply): unknown {
  if ('items' in reply) return reply.items.map(plain);
  switch (reply.type) {
    case 'integer':
    case 'double': return Number(reply.value.replace('inf', 'Infinity'));
    case 'boolean': return reply.value === 't';
    case 'null':
    case 'nullBulk':
    case 'nullArray': return null;
    case 'error':
    case 'bulkError': return `-${reply.value}`;
    default: return reply.value;
  }
}

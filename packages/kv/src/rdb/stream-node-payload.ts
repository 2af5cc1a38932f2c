import { type Integer64, parseInteger64 } from '../bytes/integer.js';
import { addUnsigned } from '../bytes/words.js';
import { DELETED, SAME_FIELDS } from '../values/stream-node.js';
import type { StreamValue } from '../values/stream-value.js';
import { StreamId } from '../values/stream-id.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { ListpackWriter, listpackElements } from './listpack.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';
import { RAW_ID_BYTES, parseRawId, rawId } from './stream-id-payload.js';

/** The nodes of a stream: each the id of its first entry, and a listpack of two counts and its elements; see values/stream-node.ts. */
export function writeNodes(writer: RdbWriter, stream: StreamValue): void {
  writer.length(stream.nodeCount);
  stream.forEachNode((id, live, deleted, elements) => {
    const pack = new ListpackWriter();
    pack.addInteger(live);
    pack.addInteger(deleted);
    pack.addElements(elements);
    writer.string(rawId(id));
    writer.string(pack.bytes);
  });
}

/** Appends the entries of all nodes to a stream, but those that are deleted. */
export function readNodes(reader: RdbReader, stream: StreamValue): void {
  for (let left = reader.length(); left > 0; left--) {
    const id = reader.string();
    if (id.length !== RAW_ID_BYTES) throw new CorruptPayloadError();
    new NodeReader(parseRawId(id), reader.string()).appendTo(stream);
  }
}

/** Takes the listpack of a node apart. */
class NodeReader {
  readonly #first: StreamId;
  readonly #elements: Iterator<Buffer, void>;

  constructor(first: StreamId, pack: Buffer) {
    this.#first = first;
    this.#elements = listpackElements(pack);
  }

  appendTo(stream: StreamValue): void {
    const live = this.#count();
    const deleted = this.#count();
    const names = this.#strings(this.#count());
    this.#integer();
    const { size } = stream;
    for (let left = live + deleted; left > 0; left--) this.#appendEntry(stream, names);
    if (stream.size !== size + live || this.#elements.next().done !== true) throw new CorruptPayloadError();
  }

  #appendEntry(stream: StreamValue, names: readonly Buffer[]): void {
    const flags = this.#count();
    const id = new StreamId(addUnsigned(this.#first.ms, this.#integer()), addUnsigned(this.#first.seq, this.#integer()));
    const hasNames = (flags & SAME_FIELDS) === 0;
    const contents = this.#strings(hasNames ? this.#count() * 2 : names.length);
    this.#integer();
    if ((flags & DELETED) !== 0) return;
    const parts = hasNames ? contents : names.flatMap((name, i) => [name, contents[i] as Buffer]);
    if (parts.length === 0 || id.compare(stream.lastId) <= 0) throw new CorruptPayloadError();
    append(stream, id, parts);
  }

  #strings(count: number): Buffer[] {
    const strings: Buffer[] = [];
    while (strings.length < count) strings.push(this.#next());
    return strings;
  }

  #count(): number {
    const value = this.#integer();
    if (typeof value !== 'number' || value < 0) throw new CorruptPayloadError();
    return value;
  }

  #integer(): Integer64 {
    const text = this.#next();
    const value = parseInteger64(text, 0, text.length);
    if (Number.isNaN(value)) throw new CorruptPayloadError();
    return value;
  }

  #next(): Buffer {
    const element = this.#elements.next();
    if (element.done === true) throw new CorruptPayloadError();
    return element.value;
  }
}

/** Appends an entry with fields and values in turn. */
function append(stream: StreamValue, id: StreamId, parts: readonly Buffer[]): void {
  const starts = new Int32Array(parts.length);
  const ends = new Int32Array(parts.length);
  let at = 0;
  parts.forEach(({ length }, i) => {
    starts[i] = at;
    ends[i] = at += length;
  });
  stream.append(id, { source: Buffer.concat(parts), starts, ends }, 0, parts.length);
}

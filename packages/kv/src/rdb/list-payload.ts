import { ListValue } from '../values/list-value.js';
import type { ValueContext } from '../values/value-context.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { restored } from './restored.js';
import { ListpackWriter, listpackElements } from './listpack.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';
import { ziplistElements } from './ziplist.js';

/** What a node of a list is: one element as it is, or a listpack of many. */
const PLAIN = 1;
const PACKED = 2;
/** A node is full from here on: as large as Redis makes them unless it is told otherwise. */
const NODE_BYTES = 8192;

/** The lists' own nodes are not those of Redis, so there are new ones. */
export function writeList(writer: RdbWriter, list: ListValue): void {
  const nodes: ListpackWriter[] = [];
  list.forEach((buffer, start, end) => {
    let node = nodes.at(-1);
    if (node === undefined || node.length + end - start > NODE_BYTES) nodes.push((node = new ListpackWriter()));
    node.add(buffer, start, end);
  });
  writer.length(nodes.length);
  for (const node of nodes) {
    writer.length(PACKED);
    writer.string(node.bytes);
  }
}

export function readQuicklist(reader: RdbReader, context: ValueContext): ListValue {
  return restored(new ListValue(context), (list) => {
    for (let left = reader.length(); left > 0; left--) {
      const container = reader.length();
      if (container === PLAIN) append(list, reader.string());
      else if (container === PACKED) appendAll(list, listpackElements(reader.string()));
      else throw new CorruptPayloadError();
    }
  });
}

/** Of nodes that are ziplists. */
export function readOldQuicklist(reader: RdbReader, context: ValueContext): ListValue {
  return restored(new ListValue(context), (list) => {
    for (let left = reader.length(); left > 0; left--) appendAll(list, ziplistElements(reader.string()));
  });
}

/** A single ziplist. */
export function readZiplist(reader: RdbReader, context: ValueContext): ListValue {
  return restored(new ListValue(context), (list) => appendAll(list, ziplistElements(reader.string())));
}

/** One element after the other. */
export function readList(reader: RdbReader, context: ValueContext): ListValue {
  return restored(new ListValue(context), (list) => {
    for (let left = reader.length(); left > 0; left--) append(list, reader.string());
  });
}

function append(list: ListValue, element: Buffer): void {
  list.push('tail', element, 0, element.length);
}

function appendAll(list: ListValue, elements: Iterable<Buffer>): void {
  for (const element of elements) append(list, element);
}

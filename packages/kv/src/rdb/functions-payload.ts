import { endPayload } from './dump-payload.js';
import { LIBRARY } from './rdb-opcode.js';
import { RdbReader } from './rdb-reader.js';
import { RdbWriter } from './rdb-writer.js';

/** What FUNCTION DUMP answers: the sources of all libraries. */
export function librariesPayload(sources: Iterable<Uint8Array>): Buffer {
  const writer = new RdbWriter();
  for (const source of sources) {
    writer.byte(LIBRARY);
    writer.string(Buffer.from(source));
  }
  return endPayload(writer);
}

/** The sources in such a payload, once it is opened; undefined if it has something else. Error: CorruptPayloadError. */
export function librariesIn(bytes: Buffer): Buffer[] | undefined {
  const reader = new RdbReader(bytes);
  const sources: Buffer[] = [];
  while (!reader.isAtEnd) {
    if (reader.byte() !== LIBRARY) return undefined;
    sources.push(reader.string());
  }
  return sources;
}

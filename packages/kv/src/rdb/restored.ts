import { filled } from '../values/filled.js';
import type { Collection } from '../values/value-context.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';

/** A collection with what `fill` reads into it. If that fails, nothing is left behind. Only a stream may be empty. Error: CorruptPayloadError. */
export function restored<C extends Collection>(collection: C, fill: (collection: C) => void): C {
  return filled(collection, () => {
    fill(collection);
    if (collection.size === 0 && collection.type !== 'stream') throw new CorruptPayloadError();
  });
}

/** Shows elements two by two. Error: CorruptPayloadError if one is left alone. */
export function forEachPair(elements: Iterator<Buffer, void>, visit: (first: Buffer, second: Buffer) => void): void {
  for (let first = elements.next(); first.done !== true; first = elements.next()) {
    const second = elements.next();
    if (second.done === true) throw new CorruptPayloadError();
    visit(first.value, second.value);
  }
}

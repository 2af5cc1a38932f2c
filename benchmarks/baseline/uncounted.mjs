// Takes the counting out of edgeloop while Node loads it: node --import ./uncounted.mjs SERVER
//
// Counting cannot be switched off, so this is how a reactor without it is had to compare with: it is the same code, but what
// writes into the shared memory does nothing, and V8 compiles it away together with the arithmetic that leads to it.

import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Node loads this file again into the thread of the hooks, which sleeps as soon as all is loaded.
if (isMainThread) register(import.meta.url);

/** The reactor works with these three, so they stay. None of them moves for a message. */
const NEEDED = ['accepted', 'connected', 'closed'];

const slots = `
  const needed = new Set(${JSON.stringify(NEEDED)});
  const without = { enumerable: true, get: () => 0, set() {} };
  const property = (name) => [name, needed.has(name) ? { enumerable: true, writable: true, value: 0 } : without];
  export const slotsOf = (names) => () => Object.defineProperties({}, Object.fromEntries(names.map(property)));
`;

const withoutObserving = 'Histogram.prototype.observe = () => {};';

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (url.endsWith('/reactor/dist/src/structures/slots.js')) return { ...loaded, source: slots };
  if (url.endsWith('/reactor/dist/src/structures/histogram.js')) return { ...loaded, source: `${loaded.source}\n${withoutObserving}\n` };
  return loaded;
}

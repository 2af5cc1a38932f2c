import type { EncodingLimits } from './value-context.js';

/** Nodes are limited to so many bytes where the limit is a number of elements. */
const NODE_BYTES = 8192;

/** How large the block of a node may become. A larger element has a node of its own. */
export function maxNodeBytes({ listMaxListpackSize: limit }: EncodingLimits): number {
  return limit < 0 ? 2048 << Math.min(-limit, 5) : NODE_BYTES;
}

/** How many elements a node may have. */
export function maxNodeElements({ listMaxListpackSize: limit }: EncodingLimits): number {
  return limit < 0 ? Number.MAX_SAFE_INTEGER : Math.max(limit, 1);
}

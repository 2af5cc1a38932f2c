import type { Reply } from '../support/resp-decoder.js';

/** The replies of two servers to one step. */
export interface Pair {
  readonly ours: Reply;
  readonly theirs: Reply;
}

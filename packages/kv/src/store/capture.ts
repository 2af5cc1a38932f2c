import type { Dict } from '../memory/dict.js';

/** A snapshot under way, which wants to see each key as it was when the snapshot began: it is told before one changes. */
export interface Capture {
  /** A key with this hash is about to change, to come or to go, in whatever database. */
  before(hash: number): void;
  /** A database has been flushed, and its table is nobody's any more. Returns whether the snapshot keeps it, to give it back later. */
  keep(dict: Dict): boolean;
}

import type { Request } from '../protocol/request.js';

/** What a client has queued since MULTI. */
export class Transaction {
  readonly requests: Request[] = [];
  /** A request was refused while it was queued: EXEC will not run the others. */
  failed = false;
  /** One of the requests may change something. */
  writes = false;
  /** One of the requests needs memory. */
  needsMemory = false;
}

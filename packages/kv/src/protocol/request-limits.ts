/** How much a client may ask for at once. */
export class RequestLimits {
  /** Arguments of one request. */
  maxArguments: number;
  /** Bytes of one argument. */
  maxArgumentBytes: number;
  /** They hold for clients that have not said who they are, which an error tells. */
  readonly isStrict: boolean;

  constructor(maxArguments: number, maxArgumentBytes: number, isStrict = false) {
    this.maxArguments = maxArguments;
    this.maxArgumentBytes = maxArgumentBytes;
    this.isStrict = isStrict;
  }

  /** Follows a change of the settings. */
  adopt({ maxMultibulkLength, protoMaxBulkLen }: { readonly maxMultibulkLength: number; readonly protoMaxBulkLen: number }): void {
    this.maxArguments = maxMultibulkLength;
    this.maxArgumentBytes = protoMaxBulkLen;
  }
}

/** What clients may ask for that have not said who they are: enough for AUTH. */
export const UNAUTHENTICATED = new RequestLimits(10, 16 * 1024, true);

/** Bytes that may wait for one of them while it is not served, as its password was wrong too often. */
export const UNAUTHENTICATED_PENDING_BYTES = 1024 * 1024;

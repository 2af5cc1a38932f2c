/** How much a client may ask for at once. */
export class RequestLimits {
  /** Arguments of one request. */
  maxArguments = 0;
  /** Bytes of one argument. */
  maxArgumentBytes = 0;
  /** Bytes of an inline request, or of the line with a length. */
  maxLineBytes = 0;
  /** They hold for clients that have not said who they are, which an error tells. */
  readonly isStrict: boolean;

  constructor(isStrict = false) {
    this.isStrict = isStrict;
  }

  /** Follows the settings. */
  adopt(maxArguments: number, maxArgumentBytes: number, maxLineBytes: number): void {
    this.maxArguments = maxArguments;
    this.maxArgumentBytes = maxArgumentBytes;
    this.maxLineBytes = maxLineBytes;
  }
}

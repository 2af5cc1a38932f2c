/** What a client says, and what it has to hear: to the byte. */
export interface Script {
  readonly input: Buffer;
  readonly output: Buffer;
  /** The last of the input breaks the protocol, or fails on purpose: the server hangs up, and may do so before the last replies. */
  readonly offends: boolean;
  /** Has to be waited for: the server gives up a client that ends its side while its command waits for a key, as Redis does. */
  readonly waits: boolean;
}

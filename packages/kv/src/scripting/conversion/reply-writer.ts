/**
 * What a script's result is written to. It knows the protocol of the client, and writes in RESP2 what only RESP3 has as Redis
 * does: a map as an array of twice the length, a double as a bulk string. Bytes are ranges of a block that is the writer's to
 * read only during the call.
 */
export interface ReplyWriter {
  /** A bigint where a number would not be exact. */
  integer(value: number | bigint): void;
  bulk(bytes: Uint8Array, start: number, end: number): void;
  status(text: string): void;
  /** The text without the "-" before it; neither text nor status has a line break. */
  error(text: string): void;
  nil(): void;
  boolean(value: boolean): void;
  double(value: number): void;
  bigNumber(text: string): void;
  /** The format has three characters. */
  verbatim(format: string, bytes: Uint8Array, start: number, end: number): void;
  array(length: number): void;
  map(pairs: number): void;
  set(length: number): void;
}

/**
 * What a script's result is written to: the server's reply writer. It knows the protocol of the client, and writes in RESP2 what
 * only RESP3 has as Redis does: a map as an array of twice the length, a double as a bulk string.
 */
export interface ResultWriter {
  /** A bigint where a number would not be exact. */
  integer(value: number | bigint): void;
  /** The range is the writer's to read during the call, and no longer. */
  bulk(bytes: Buffer, start: number, end: number): void;
  /** A text without line ends. */
  status(text: string): void;
  /** The code of an error, a blank and the text, each character a byte. */
  error(text: string): void;
  nil(): void;
  boolean(value: boolean): void;
  double(value: number): void;
  bigNumber(digits: string): void;
  /** The format has three characters. */
  verbatim(format: string, text: string): void;
  array(length: number): void;
  map(pairs: number): void;
  set(length: number): void;
}

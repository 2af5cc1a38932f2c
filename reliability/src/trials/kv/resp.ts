/** As much of the Redis serialization protocol as attackers and operators need. */

export type Argument = string | number | Buffer;

/** A request as clients send it: an array of bulk strings. */
export function request(...args: readonly Argument[]): Buffer {
  const parts = args.map((arg) => (typeof arg === 'object' ? arg : Buffer.from(String(arg))));
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, CRLF])]);
}

const CRLF = Buffer.from('\r\n');
const AGGREGATES = '*~>';

/** Where the reply ends that begins at `from`, or -1 if it is not all there. */
export function replyEnd(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf('\r\n', from);
  if (newline < 0) return -1;
  const type = String.fromCharCode(bytes[from] as number);
  const length = Number(bytes.toString('latin1', from + 1, newline));
  let end = newline + 2;
  if (type === '$' && length >= 0) end += length + 2;
  if (AGGREGATES.includes(type)) for (let i = 0; i < length && end >= 0; i++) end = replyEnd(bytes, end);
  return end > bytes.length ? -1 : end;
}

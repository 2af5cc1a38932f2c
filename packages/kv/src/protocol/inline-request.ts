const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x00]);
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a], [0x72, 0x0d], [0x74, 0x09], [0x62, 0x08], [0x61, 0x07],
]);

/**
 * The words of a line, as a shell would see them: "double quotes" know \n, \r, \t, \b, \a and \xHH, 'single quotes' only \'.
 * Undefined if a quote is not closed, or something follows it without a blank.
 */
export function splitInline(bytes: Buffer, start: number, end: number): Buffer[] | undefined {
  const words: Buffer[] = [];
  let at = start;
  for (;;) {
    while (at < end && BLANKS.has(bytes[at] as number)) at++;
    if (at >= end) return words;
    const word: number[] = [];
    at = readWord(bytes, at, end, word);
    if (at < 0) return undefined;
    words.push(Buffer.from(word));
  }
}

/** Appends the bytes of the word at `at`, and returns where it ends, or -1. */
function readWord(bytes: Buffer, at: number, end: number, word: number[]): number {
  while (at < end && !BLANKS.has(bytes[at] as number)) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === APOSTROPHE) {
      const after = byte === QUOTE ? readDoubleQuoted(bytes, at + 1, end, word) : readSingleQuoted(bytes, at + 1, end, word);
      return after < 0 || (after < end && !BLANKS.has(bytes[after] as number)) ? -1 : after;
    }
    word.push(byte);
    at++;
  }
  return at;
}

function readDoubleQuoted(bytes: Buffer, at: number, end: number, word: number[]): number {
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH || at + 1 >= end) {
      word.push(byte);
      continue;
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(bytes.toString('latin1', at + 1, Math.min(at + 4, end)));
    if (hex === null) {
      at++;
      word.push(ESCAPES.get(bytes[at] as number) ?? (bytes[at] as number));
    } else {
      at += 3;
      word.push(Number.parseInt(hex[1] as string, 16));
    }
  }
  return -1;
}

function readSingleQuoted(bytes: Buffer, at: number, end: number, word: number[]): number {
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === APOSTROPHE) return at + 1;
    if (byte === BACKSLASH && bytes[at + 1] === APOSTROPHE && at + 1 < end) at++;
    word.push(bytes[at] as number);
  }
  return -1;
}

/** The number that `bytes[start, end)` spells, or NaN. */
export function parseDouble(bytes: Buffer, start: number, end: number): number {
  const text = bytes.toString('latin1', start, end);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return text === '' || /\s/.test(text) ? Number.NaN : Number(text);
}

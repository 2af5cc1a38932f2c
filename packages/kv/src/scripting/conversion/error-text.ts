/**
 * The text of an error with its code: Redis takes the first word for the code, with or without a "-" before it, and puts
 * "ERR" before a text of one word. A line break at the end goes.
 */
export function errorText(text: string): string {
  const trimmed = text.replace(/\r?\n$/, '');
  const words = trimmed.startsWith('-') ? trimmed.slice(1) : trimmed;
  return words.includes(' ') ? words : `ERR ${words}`;
}

/** A text for a line of the protocol, where a line break would end it. */
export function lineText(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}

/** The same for an error, which loses its last line breaks. */
export function errorLine(text: string): string {
  return lineText(text.replace(/[\r\n]+$/, ''));
}

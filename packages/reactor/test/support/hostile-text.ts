/** Text that wants to be more than text. */

/** What must reach neither a terminal nor a reader of lines: control and format characters, separators, lone surrogates. */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** The same where lines are meant to end. */
export const UNSAFE_BUT_NEWLINE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

export const HOSTILE: readonly string[] = [
  '\u001b[2J\u001b[H', '\u001b]0;title\u0007', '\u001b]8;;http://example.com\u001b\\link\u001b]8;;\u001b\\', '\u009b31m', '\u0090q', '\u007f\b\b\b',
  'a\nb', 'a\r\nb', 'a\u0085b', 'a\u2028b', 'a\u2029b', '\0', '\u202egpj.exe', '\u2066x\u2069', '\u200e\u200f\u061c', '\u200b\ufeff\u00ad',
  '\ud800', '\udc00x', '\u{e0041}', '","level":60,"msg":"forged', '}\n{"level":60}', '%s %d %j %o', '__proto__', '\\u001b', '\\', '"',
];

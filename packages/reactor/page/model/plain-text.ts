/** Characters that are not seen, or that turn the direction of what stands around them: controls, marks, tags, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Foreign text as something that can be read: what is not seen is spelled out, and what is too long is cut. A peer may call
 * itself anything; it should neither look like another peer nor push the page apart.
 */
export function plainText(text: string, maxLength = 120): string {
  const cut = Array.from(text.slice(0, 2 * maxLength)).slice(0, maxLength);
  const seen = cut.map((character) => (UNSEEN.test(character) ? spelled(character) : character)).join('');
  return seen.length > maxLength || text.length > cut.join('').length ? `${seen.slice(0, maxLength)}…` : seen;
}

function spelled(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

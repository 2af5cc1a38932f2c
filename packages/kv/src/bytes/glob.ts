const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const CARET = 0x5e;
const HYPHEN = 0x2d;

/** What may be compared in vain behind a star: more than patterns of people ever are, whatever the text, and done in a millisecond or two. */
const FREE_STEPS = 65_536;
const STEPS_PER_BYTE = 64;

/**
 * Whether `bytes[start, end)` matches the glob `pattern[patternStart, patternEnd)` as Redis has it: `*`, `?`, `[abc]`, `[^a-z]`,
 * and `\` before what shall stand for itself.
 *
 * A mismatch goes back to the last star only. Those before it need not be tried again, as the first place where the text
 * between two stars fits leaves the most for what follows. So the time is bounded by the product of the lengths, whatever the
 * pattern, where trying all stars grows exponentially. And where both are long and nearly match, that product would be hours: whoever asks
 * for so much gets no match, as from Redis for a pattern of more than a thousand stars. Nothing is allocated.
 *
 * @param ignoreCase whether the letters A to Z match their small ones, too; not where a `\` stands before them in brackets
 */
export function globMatches(
  pattern: Uint8Array,
  patternStart: number,
  patternEnd: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  ignoreCase = false,
): boolean {
  // Redis does not look at the pattern's stars if there is nothing to match.
  if (start === end) return patternStart === patternEnd;
  let from = patternStart;
  let afterStar = -1;
  let starEnd = start;
  let steps = FREE_STEPS + STEPS_PER_BYTE * (end - start);
  for (let at = start; at < end; ) {
    if (from < patternEnd && pattern[from] === STAR) {
      from = skipStars(pattern, from, patternEnd);
      if (from === patternEnd) return true;
      afterStar = from;
      starEnd = at;
    }
    const next = from < patternEnd ? elementEnd(pattern, from, patternEnd, bytes[at]!, ignoreCase) : -from;
    if (next > 0) {
      from = next;
      at++;
      continue;
    }
    if (afterStar < 0) return false;
    steps -= -next - afterStar;
    if (steps < 0) return false;
    from = afterStar;
    at = ++starEnd;
  }
  return skipStars(pattern, from, patternEnd) === patternEnd;
}

function skipStars(pattern: Uint8Array, from: number, end: number): number {
  while (from < end && pattern[from] === STAR) from++;
  return from;
}

/** Where the element of the pattern at `from` ends, below 0 if it does not match `byte`. */
function elementEnd(pattern: Uint8Array, from: number, end: number, byte: number, ignoreCase: boolean): number {
  const element = pattern[from]!;
  if (element === QUESTION_MARK) return from + 1;
  if (element === OPENING_BRACKET) return classEnd(pattern, from + 1, end, byte, ignoreCase);
  const at = element === BACKSLASH && from + 1 < end ? from + 1 : from;
  return equal(pattern[at]!, byte, ignoreCase) ? at + 1 : -at - 1;
}

/** The same for the class whose first byte is at `from`. One that is not closed goes on to the end of the pattern. */
function classEnd(pattern: Uint8Array, from: number, end: number, byte: number, ignoreCase: boolean): number {
  const negated = from < end && pattern[from] === CARET;
  let at = negated ? from + 1 : from;
  let found = false;
  while (at < end && pattern[at] !== CLOSING_BRACKET) {
    if (pattern[at] === BACKSLASH && at + 1 < end) {
      found ||= pattern[at + 1] === byte;
      at += 2;
    } else if (at + 2 < end && pattern[at + 1] === HYPHEN) {
      found ||= inRange(pattern[at]!, pattern[at + 2]!, byte, ignoreCase);
      at += 3;
    } else {
      found ||= equal(pattern[at]!, byte, ignoreCase);
      at++;
    }
  }
  const next = at < end ? at + 1 : end;
  return found === negated ? -next : next;
}

/** Bounds may be given in either order. Bytes above 127 come before the others, as a `char` of C is signed. */
function inRange(one: number, other: number, byte: number, ignoreCase: boolean): boolean {
  const low = Math.min(signed(one), signed(other));
  const high = Math.max(signed(one), signed(other));
  const value = signed(byte);
  return ignoreCase ? small(value) >= small(low) && small(value) <= small(high) : value >= low && value <= high;
}

function equal(one: number, other: number, ignoreCase: boolean): boolean {
  return one === other || (ignoreCase && small(one) === small(other));
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

function small(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

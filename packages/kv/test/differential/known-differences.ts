/** Where this server means to differ from Redis 7.0. Each entry has to say why; the page docs/reference/redis-compatibility.md lists them. */
import type { Reply } from '../support/resp-decoder.js';
import { type Step, commandOf } from './sequence.js';
import type { Pair } from './comparison.js';

export interface KnownDifference {
  /** As the page prints it. */
  readonly what: string;
  readonly why: string;
  readonly matches: (step: Step, pair: Pair) => boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    what: 'CLIENT SETINFO and CLIENT NO-TOUCH are known',
    why: 'They came with Redis 7.2, and clients send SETINFO whenever they connect.',
    matches: (step, { theirs }) => /^CLIENT\|(SETINFO|NO-TOUCH)$/.test(commandOf(step)) && theirs.type === 'error',
  },
  {
    what: 'The last digit of a distance that GEOSEARCHSTORE or GEORADIUS stores as a score may be another one',
    why: "Sines come from V8's mathematics here, and from the C library's there; neither always finds the nearest double.",
    matches: (step, { ours, theirs }) => /^(GEO|\(keyspace\))/i.test(commandOf(step)) && withoutLastDigits(ours) === withoutLastDigits(theirs),
  },
];

function withoutLastDigits(reply: Reply): string {
  return JSON.stringify(reply).replaceAll(/\d+\.\d{6,}/g, (digits) => Number(digits).toPrecision(14));
}

/** Commands that no random sequence can hold, though the server has them, and why. */
export const UNCOMPARED: readonly { readonly matches: RegExp; readonly why: string }[] = [
  { matches: /\|HELP$/, why: 'each server says it in its own words.' },
  { matches: /^(BGSAVE|BGREWRITEAOF)$/, why: 'they go on behind the replies that follow, for as long as they take.' },
  { matches: /^MONITOR$/, why: 'what it shows is mostly the time and the address of each client.' },
];

export function isKnown(step: Step, pair: Pair): boolean {
  return KNOWN_DIFFERENCES.some(({ matches }) => matches(step, pair));
}

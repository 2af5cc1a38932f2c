import type { Random } from '@edgeloop/reactor/testing';
import { weighed } from '../random.js';
import type { Script } from './script.js';

/** How a client sends: all in one write, in pieces, or a byte at a time. */
export type Splitting = 'whole' | 'pieces' | 'bytes';

/**
 * How a client leaves. Two of the ways are in order: `half-close` sends its FIN behind its input and goes on reading, `replies` waits for
 * all replies first. All others leave at any moment: by a reset, a close with what has come unread, or a half-close and
 * then a close without reading on.
 */
export type Leaving = 'half-close' | 'replies' | 'reset' | 'close' | 'half-close-and-close';

/** How a client behaves, whatever it says. */
export interface Conduct {
  readonly splitting: Splitting;
  readonly slowReader: boolean;
  readonly leaving: Leaving;
  /** For those who leave at any moment: after so many bytes of their input, and so many milliseconds. */
  readonly leaveAfterBytes: number;
  readonly leaveAfterMs: number;
}

/** More than this would take too long a byte at a time. */
const MAX_SINGLE_BYTES = 1500;

export function drawConduct(random: Random, { input, waits }: Script): Conduct {
  const inputBytes = input.length;
  const splitting = weighed<Splitting>(random, { whole: 2, pieces: 2, bytes: inputBytes <= MAX_SINGLE_BYTES ? 1 : 0 });
  const leaving = weighed<Leaving>(random, { 'half-close': waits ? 0 : 6, replies: 6, reset: 3, close: 2, 'half-close-and-close': 2 });
  return {
    splitting,
    slowReader: random.chance(0.15),
    leaving,
    leaveAfterBytes: random.between(0, inputBytes),
    leaveAfterMs: random.between(0, 25),
  };
}

export function isOrderly({ leaving }: Conduct): boolean {
  return leaving === 'half-close' || leaving === 'replies';
}

export function conductText({ splitting, slowReader, leaving }: Conduct): string {
  return [`sends ${splitting === 'whole' ? 'all at once' : `in ${splitting}`}`, ...(slowReader ? ['reads slowly'] : []), `leaves by ${leaving}`].join(', ');
}

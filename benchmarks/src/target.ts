// Targets, and what was measured against them.

import type { Spread } from './statistics.js';

/** A cost has a ceiling and a gain has a floor. */
export interface Target {
  readonly sign: '≤' | '≥';
  readonly limit: number;
}

export interface Verdict {
  readonly what: string;
  readonly measured: Spread;
  readonly target: Target;
  readonly met: boolean;
}

export function atMost(limit: number): Target {
  return { sign: '≤', limit };
}

export function atLeast(limit: number): Target {
  return { sign: '≥', limit };
}

/** The median of the rounds decides. */
export function judge(what: string, measured: Spread, target: Target): Verdict {
  const { sign, limit } = target;
  return { what, measured, target, met: sign === '≤' ? measured.median <= limit : measured.median >= limit };
}

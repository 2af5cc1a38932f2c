import { isInstalled } from '../../installed.js';
import type { Trial } from '../trial.js';
import { whyNoLink } from './link.js';

/** Why a trial cannot be made on this machine. */
export interface Hindrance {
  readonly why: string;
  /** Whether it is the kernel that refuses, and nobody could do anything about it by installing something. */
  readonly refused: boolean;
}

/** Undefined where it can be made. */
export function hindranceOf({ tools }: Trial): Hindrance | undefined {
  const missing = tools.find((tool) => !isInstalled(tool));
  if (missing !== undefined) return { why: `${missing} is not installed`, refused: false };
  const why = tools.includes('ip') ? whyNoLink() : undefined;
  // What ip says of EPERM; a name that is taken, for instance, is no refusal.
  return why === undefined ? undefined : { why: `no network namespaces here: ${why}`, refused: /not permitted|denied/.test(why) };
}

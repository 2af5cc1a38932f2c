import type { Field } from './field/field.js';
import type { Findings } from './field/findings.js';

/** A program that a trial cannot do without. */
export type Tool = 'cc' | 'strace' | 'ip' | 'prlimit';

/** A fault, provoked on a real server on the real kernel, and what is expected of the server. */
export interface Trial {
  readonly name: string;
  readonly provokes: string;
  readonly expects: string;
  readonly tools: readonly Tool[];
  run(field: Field): Promise<void>;
}

export interface Outcome extends Findings {
  readonly trial: Trial;
}

import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';

/** What an option may be: in words, after "must be", and as a check. */
export interface OptionRule {
  readonly allowed: string;
  holds(value: unknown): boolean;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;

/** A rule for an option that has a few values. */
export function oneOf(...values: readonly unknown[]): OptionRule {
  return { allowed: values.map((value) => inspect(value)).join(' or '), holds: (value) => values.includes(value) };
}

/**
 * Checks the options of a codec, without a schema of options.ts: a decoder is made for each connection, and a codec needs
 * nothing of the reactor. Error: EL_OPTION_INVALID, naming each wrong option, what it was and what is allowed.
 */
export function checkOptions(subject: string, options: object, rules: OptionRules): void {
  const given = options as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(rules)
    .filter(([name, rule]) => !rule.holds(given[name]))
    .map(([name, rule]) => `"${name}": must be ${rule.allowed}, but got ${inspect(given[name])}`);
  const unknown = Object.keys(given)
    .filter((name) => !Object.hasOwn(rules, name))
    .map((name) => `there is no option "${name}"`);
  if (wrong.length + unknown.length > 0) throw new EdgeloopError('EL_OPTION_INVALID', `${subject}: ${[...wrong, ...unknown].join('; ')}`);
}

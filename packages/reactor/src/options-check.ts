/** Checks what users have set: against schemas, and with complaints that name each wrong option, what it was and what is allowed. */
import { inspect } from 'node:util';
import type { z } from 'zod';
import { EdgeloopError } from './errors.js';

/** A schema for a plugin's options: anything zod can check. */
export type OptionsSchema = z.ZodType;
export type OptionsInput<Schema extends OptionsSchema> = z.input<Schema>;
export type OptionsOutput<Schema extends OptionsSchema> = z.output<Schema>;

/** What can change while a reactor or a listener is open. The rest is settled when it is made. */
export const CHANGEABLE = {
  reactor: ['maxConnections', 'maxTotalQueuedBytes', 'stallMs'],
  listener: [
    'maxConnections', 'maxConnectionsPerAddress', 'maxAcceptsPerSecond', 'highWaterBytes', 'lowWaterBytes', 'maxQueuedBytes',
    'handshakeTimeoutMs', 'messageTimeoutMs', 'writeTimeoutMs', 'idleTimeoutMs', 'lifetimeMs',
  ],
} as const;

/** A schema of options that come out as they go in, so that they can be checked again. */
export type ChangeableSchema<Options> = z.ZodObject & z.ZodType<Options>;

/** Checks a value and fills in defaults. Error: EL_OPTION_INVALID, naming each wrong option, what it was and what is allowed. */
export function parseOptions<Schema extends OptionsSchema>(schema: Schema, value: unknown, subject: string): z.output<Schema> {
  return parsed(schema, value, subject, []);
}

/**
 * The whole options that come of changing some of them; what is left out, or undefined, stays. Error: EL_OPTION_INVALID, as
 * of parseOptions; what cannot change is named too.
 */
export function parseChanges<Options extends object>(
  what: keyof typeof CHANGEABLE, schema: ChangeableSchema<Options>, current: Options, changes: object,
): Options {
  const given = Object.entries(changes ?? {}).filter(([, value]) => value !== undefined);
  const settled = given.filter(([name]) => Object.hasOwn(schema.shape, name) && !(CHANGEABLE[what] as readonly string[]).includes(name));
  const others = given.filter((change) => !settled.includes(change));
  const complaints = settled.map(([name]) => `"${name}": cannot change while the ${what} is open; it takes a new ${what}`);
  const isObject = typeof changes === 'object' && changes !== null;
  return parsed(schema, isObject ? { ...current, ...Object.fromEntries(others) } : changes, `${what}.reconfigure`, complaints);
}

function parsed<Schema extends OptionsSchema>(schema: Schema, value: unknown, subject: string, complaints: readonly string[]): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success && complaints.length === 0) return result.data;
  const issues = result.error?.issues ?? [];
  throw new EdgeloopError('EL_OPTION_INVALID', `${subject}: ${[...complaints, ...issues.map(complaint)].join('; ')}`);
}

function complaint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `there is no option ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  const name = issue.path.length === 0 ? 'the options' : `"${issue.path.join('.')}"`;
  const given = issue.input === undefined ? 'nothing' : inspect(issue.input, { breakLength: Infinity });
  return `${name}: ${issue.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}, but got ${given}`;
}

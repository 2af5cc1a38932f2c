import { bytesOf } from '@edgeloop/reactor/config';
import { parseInteger } from '../bytes/integer.js';
import { NOTIFICATION_CLASSES, type OutputLimits, notificationClasses } from './setting-values.js';

/** What is wrong with a value; CONFIG SET answers it behind the name of the parameter. */
export class ParameterError extends Error {}

/** How the values of a parameter are written. */
export interface Kind<T> {
  /** Error: ParameterError. `current` is the present value. */
  parse(text: string, current: T): T;
  print(value: T): string;
}

/** As CONFIG SET prints the greatest number: settings go to 2^53 at most, which is far enough. */
const MAX_INT64 = '9223372036854775807';

export function integer(min: number, max = Number.POSITIVE_INFINITY): Kind<number> {
  return {
    parse(text) {
      const bytes = Buffer.from(text);
      const value = parseInteger(bytes, 0, bytes.length);
      if (Number.isNaN(value)) throw new ParameterError("argument couldn't be parsed into an integer");
      return within(value, min, max);
    },
    print: String,
  };
}

/** A number of bytes, with or without a unit. */
export function memory(min: number, max = Number.POSITIVE_INFINITY): Kind<number> {
  return {
    parse(text) {
      const bytes = bytesOf(text);
      if (bytes === undefined) throw new ParameterError('argument must be a memory value');
      return within(bytes, min, max);
    },
    print: String,
  };
}

function within(value: number, min: number, max: number): number {
  if (value >= min && value <= max) return Math.min(value, Number.MAX_SAFE_INTEGER);
  throw new ParameterError(`argument must be between ${min} and ${max === Number.POSITIVE_INFINITY ? MAX_INT64 : max} inclusive`);
}

export const yesNo: Kind<boolean> = {
  parse(text) {
    if (!/^(yes|no)$/i.test(text)) throw new ParameterError("argument must be 'yes' or 'no'");
    return text.toLowerCase() === 'yes';
  },
  print: (value) => (value ? 'yes' : 'no'),
};

export const text: Kind<string> = { parse: (value) => value, print: (value) => value };

export function choice<T extends string>(values: readonly T[]): Kind<T> {
  return {
    parse(given) {
      const value = values.find((name) => name === given.toLowerCase());
      if (value === undefined) throw new ParameterError(`argument(s) must be one of the following: ${values.join(', ')}`);
      return value;
    },
    print: (value) => value,
  };
}

export const notifications: Kind<string> = {
  parse(given) {
    if (!NOTIFICATION_CLASSES.test(given)) throw new ParameterError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    return given;
  },
  // As given it may say more: of all classes beside new keys, Redis shows only all.
  print: notificationClasses,
};

/** `class hard soft seconds` for one class of clients or more; the others stay as they are. */
export const outputLimits: Kind<OutputLimits> = {
  parse(given, current) {
    const words = given.split(' ');
    if (words.length % 4 !== 0) throw new ParameterError('Wrong number of arguments in buffer limit configuration.');
    const limits = { ...current };
    for (let at = 0; at < words.length; at += 4) {
      const [name = '', hard = '', soft = '', seconds = ''] = words.slice(at, at + 4);
      limits[limitedClass(name)] = { hard: limit(hard), soft: limit(soft), softSeconds: limit(seconds) };
    }
    return limits;
  },
  print: (limits) => Object.entries(limits).map(([name, { hard, soft, softSeconds }]) => `${name} ${hard} ${soft} ${softSeconds}`).join(' '),
};

function limitedClass(name: string): keyof OutputLimits {
  const known = name.toLowerCase();
  if (known === 'normal' || known === 'pubsub' || known === 'slave') return known;
  if (known === 'replica') return 'slave';
  throw new ParameterError('Invalid client class specified in buffer limit configuration.');
}

function limit(given: string): number {
  try {
    return memory(0).parse(given, 0);
  } catch {
    throw new ParameterError('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
  }
}

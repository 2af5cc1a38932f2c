/**
 * What is safe to write into a log. Peers have a say in some of it: the names of their sockets, and whatever a plugin's
 * errors quote. Such text must not command a terminal, pretend to be another line, hide itself, or fill the disk.
 */
import { LOG_DEPTH_LEVELS, LOG_LINE_VALUES, LOG_MESSAGE_CHARACTERS, LOG_STACK_LINES, LOG_TEXT_CHARACTERS } from '../limits.js';

/** Control characters, what reorders or hides text (bidi overrides, zero-width ones), halves of pairs, and line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const TOO_DEEP = '[nested too deep]';
const TOO_MUCH = '[too much for one line]';
const UNREADABLE = '[cannot be read]';

/** One line of text in which everything unsafe is written out, as `\u001b`, and which ends after `limit` characters. */
export function printableText(text: string, limit = LOG_TEXT_CHARACTERS): string {
  const shown = text.slice(0, limit).replace(UNSAFE, escaped);
  return text.length <= limit ? shown : `${shown}[and ${text.length - limit} more]`;
}

export function printableMessage(message: string): string {
  return printableText(message, LOG_MESSAGE_CHARACTERS);
}

/** A copy of a line's fields that is safe in every key and value. Getters and proxies that throw are no matter. */
export function printableFields(fields: object): object {
  return new Copy().value(fields, 0) as object;
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) as number).toString(16);
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
}

/** One copy, with a budget of values for all of it: cycles end by that too. */
class Copy {
  #left = LOG_LINE_VALUES;

  value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return printableText(value);
    if (typeof value === 'bigint' || typeof value === 'symbol') return printableText(String(value));
    if (typeof value !== 'object' || value === null) return value;
    if (depth > LOG_DEPTH_LEVELS) return TOO_DEEP;
    try {
      return this.#object(value, depth);
    } catch {
      return UNREADABLE;
    }
  }

  #object(value: object, depth: number): unknown {
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Error) return this.#error(value, depth);
    if (Array.isArray(value)) return value.slice(0, this.#left).map((element: unknown) => this.#counted(element, depth));
    // Such as dates and addresses: what they are is not in their fields.
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.value(value.toJSON(), depth + 1);
    return this.#entries(value, Object.keys(value), depth);
  }

  /** Name and message first, then what else the error carries, as pino's own serializer has it; the stack is bounded. */
  #error(error: Error, depth: number): object {
    const { stack, cause } = error;
    // Plain JavaScript may have made them anything.
    const [name, message] = [error.name, error.message].map(String) as [string, string];
    const more = Object.keys(error).filter((key) => !['name', 'message', 'stack', 'cause'].includes(key));
    return {
      type: printableText(name),
      message: printableMessage(message),
      ...this.#entries(error, more, depth),
      stack: printableStack(name, message, String(stack)),
      ...(cause === undefined ? {} : { cause: this.#counted(cause, depth) }),
      ...(error instanceof AggregateError ? { errors: this.#counted(error.errors, depth) } : {}),
    };
  }

  #entries(value: object, keys: readonly string[], depth: number): object {
    const kept = keys.slice(0, this.#left);
    return Object.fromEntries(kept.map((key) => [printableText(key), this.#counted((value as Record<string, unknown>)[key], depth)]));
  }

  #counted(value: unknown, depth: number): unknown {
    return this.#left-- > 0 ? this.value(value, depth + 1) : TOO_MUCH;
  }
}

/**
 * The one text of several lines. Which they are is known by where the message ends, for a message that quotes a peer may
 * have lines that look like calls.
 */
function printableStack(name: string, message: string, stack: string): string {
  const end = stack.indexOf(message);
  const heading = printableMessage(`${name}: ${message}`);
  if (end < 0) return `${heading}\n    ${printableMessage(stack)}`;
  const calls = stack.slice(end + message.length).split('\n').filter((line) => /^\s+at /.test(line));
  return [heading, ...calls.slice(0, LOG_STACK_LINES).map((line) => `    ${printableText(line.trim())}`)].join('\n');
}

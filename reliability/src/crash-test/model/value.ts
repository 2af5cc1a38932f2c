import { type Reply, type Request, textOf } from '../connection.js';

/** A string with its deadline, in Unix time in milliseconds; -1 without one, as PEXPIRETIME has it. */
export interface Text {
  readonly text: string;
  readonly deadline: number;
}

/** What is under a key: an array is a list, or a stream whose entries are `id:text`; a map is a hash, or the scores of a sorted set. */
export type Value = Text | readonly string[] | ReadonlyMap<string, string>;

/** In the place of an id that the server has chosen and could not tell any more. */
export const UNKNOWN_ID = '?';

/** Whether the server has what it should have. */
export function agree(expected: Value, found: Value): boolean {
  if (expected instanceof Map) return found instanceof Map && expected.size === found.size && [...expected].every(([name, text]) => found.get(name) === text);
  if (Array.isArray(expected)) return Array.isArray(found) && expected.length === found.length && expected.every((item, i) => agreeItems(item, found[i]));
  return 'text' in expected && 'text' in found && expected.text === found.text && expected.deadline === found.deadline;
}

function agreeItems(expected: string, found: string): boolean {
  return expected === found || (expected.startsWith(UNKNOWN_ID) && found.endsWith(expected.slice(UNKNOWN_ID.length)));
}

/** How a kind of value is read: requests, and what their replies say. Undefined stands for a key that is not there. */
export interface Reading {
  requests(key: string): Request[];
  value(replies: readonly Reply[]): Value | undefined;
}

export const TEXT: Reading = {
  requests: (key) => [['GET', key], ['PEXPIRETIME', key]],
  value: ([text, deadline]) => (text === null ? undefined : { text: textOf(text), deadline: Number(deadline) }),
};

export const LIST: Reading = {
  requests: (key) => [['LRANGE', key, '0', '-1']],
  value: ([items]) => filled((items as Reply[]).map(textOf)),
};

export const HASH: Reading = { requests: (key) => [['HGETALL', key]], value: pairs };

export const SORTED_SET: Reading = { requests: (key) => [['ZRANGE', key, '0', '-1', 'WITHSCORES']], value: pairs };

/** Each entry has one field. */
export const STREAM: Reading = {
  requests: (key) => [['XRANGE', key, '-', '+']],
  value: ([entries]) => filled((entries as [string, string[]][]).map(([id, [, text]]) => `${id}:${text}`)),
};

function pairs([reply]: readonly Reply[]): Value | undefined {
  const items = (reply as Reply[]).map(textOf);
  return items.length === 0 ? undefined : new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[item, items[i + 1]!]] : [])));
}

function filled(items: string[]): string[] | undefined {
  return items.length === 0 ? undefined : items;
}

const SHOWN_CHARACTERS = 300;

/** What stands in a finding. */
export function inWords(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value instanceof Map ? Object.fromEntries(value) : value);
  if (text.length <= SHOWN_CHARACTERS) return text;
  // What is wrong is at the end, mostly.
  return `${text.slice(0, SHOWN_CHARACTERS / 3)} ... ${text.slice(-SHOWN_CHARACTERS / 1.5)} (${text.length} characters)`;
}

import type { Random } from '@edgeloop/reactor/testing';
import { weighed } from '../random.js';
import type { Script } from './script.js';

const KEYS = 6;
const OK = '+OK\r\n';
const NONE = '$-1\r\n';
const NEVER_CAME = '*-1\r\n';

/** Both as they are on the wire. */
interface Exchange {
  readonly request: string;
  readonly reply: string;
}

/** What a client has put into its own keys: the model that replies are held against. */
interface Store {
  readonly strings: Map<string, string>;
  readonly lists: Map<string, string[]>;
}

type Step = (key: string, store: Store, random: Random) => Exchange;

/** Commands on keys of the client's own, with the replies that Redis gives, and in the end perhaps something that the server has to clear away. */
export function kvScript(random: Random, name: string): Script {
  const store: Store = { strings: new Map(), lists: new Map() };
  const steps = Array.from({ length: random.between(1, 60) }, () => {
    const step = weighed(random, { set: 80, get: 80, append: 20, count: 40, remove: 20, push: 40, pop: 40, range: 20, wait: 1, script: 2 });
    return STEPS[step](`${name}:${random.between(1, KEYS)}`, store, random);
  });
  const { last, offends } = endingOf(name, random);
  const exchanges = [...steps, ...last];
  return {
    input: Buffer.from(exchanges.map(({ request }) => request).join('')),
    output: Buffer.from(exchanges.map(({ reply }) => reply).join('')),
    offends,
    waits: steps.some(({ reply }) => reply === NEVER_CAME),
  };
}

function command(...parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.map(bulk).join('')}`;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function integer(value: number): string {
  return `:${value}\r\n`;
}

function value(random: Random): string {
  return random.below(2 ** 32).toString(36).repeat(random.chance(0.05) ? random.between(100, 2000) : random.between(1, 4));
}

const STEPS = {
  set(key: string, { strings }: Store, random: Random) {
    const text = value(random);
    strings.set(key, text);
    return { request: random.chance(0.2) ? command('SET', key, text, 'EX', '100') : command('SET', key, text), reply: OK };
  },
  get(key: string, { strings }: Store) {
    const text = strings.get(key);
    return { request: command('GET', key), reply: text === undefined ? NONE : bulk(text) };
  },
  append(key: string, { strings }: Store, random: Random) {
    const more = value(random);
    const text = (strings.get(key) ?? '') + more;
    strings.set(key, text);
    return { request: command('APPEND', key, more), reply: integer(text.length) };
  },
  count(key: string, { strings }: Store) {
    const count = Number(strings.get(`${key}:count`) ?? 0) + 1;
    strings.set(`${key}:count`, `${count}`);
    return { request: command('INCR', `${key}:count`), reply: integer(count) };
  },
  remove: (key: string, { strings }: Store) => ({ request: command('DEL', key), reply: integer(Number(strings.delete(key))) }),
  push(key: string, { lists }: Store, random: Random) {
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    const text = value(random);
    return { request: command('RPUSH', `${key}:list`, text), reply: integer(list.push(text)) };
  },
  pop(key: string, { lists }: Store) {
    const text = lists.get(key)?.shift();
    return { request: command('LPOP', `${key}:list`), reply: text === undefined ? NONE : bulk(text) };
  },
  range(key: string, { lists }: Store) {
    const list = lists.get(key) ?? [];
    return { request: command('LRANGE', `${key}:list`, '0', '-1'), reply: `*${list.length}\r\n${list.map(bulk).join('')}` };
  },
  /** For a key that nobody makes. */
  wait: (key: string) => ({ request: command('BLPOP', `${key}:none`, '0.02'), reply: NEVER_CAME }),
  script(_: string, __: Store, random: Random) {
    const number = random.between(1, 1000);
    return { request: command('EVAL', 'return ARGV[1] + 1', '0', `${number}`), reply: integer(number + 1) };
  },
} satisfies Readonly<Record<string, Step>>;

interface Ending {
  readonly last: readonly Exchange[];
  readonly offends: boolean;
}

function endingOf(name: string, random: Random): Ending {
  switch (weighed(random, { none: 6, transaction: 1, subscription: 1, offence: 1 })) {
    case 'transaction': return { last: transaction(name), offends: false };
    case 'subscription': return { last: [{ request: command('SUBSCRIBE', name), reply: `*3\r\n${bulk('subscribe')}${bulk(name)}:1\r\n` }], offends: false };
    case 'offence': return { last: [{ request: '*1\r\n:what?\r\n', reply: "-ERR Protocol error: expected '$', got ':'\r\n" }], offends: true };
    default: return { last: [], offends: false };
  }
}

/** It is never executed. */
function transaction(name: string): readonly Exchange[] {
  return [
    { request: command('WATCH', name), reply: OK },
    { request: command('MULTI'), reply: OK },
    { request: command('SET', name, '1'), reply: '+QUEUED\r\n' },
  ];
}

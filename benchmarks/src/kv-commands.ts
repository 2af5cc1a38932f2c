// The commands that the kv benchmark measures, in the words of redis-benchmark's own tests, and what they find in a store.

import { type Command, NUMBER, SET_KEY, VALUE } from './keyspace.js';

export interface StoreCommand {
  readonly name: string;
  readonly request: Command;
  /** What fills the store, each once for every key. */
  readonly stock: readonly Command[];
  /** How long the list is made before each measurement of so many requests, where the command is about a list. */
  readonly elements?: (requests: number) => number;
  /** The fewest requests for a second of the server's CPU time, as a multiple of Redis's, alone and in a pipeline. */
  readonly limits: Limits;
}

interface Limits {
  readonly single: number;
  readonly pipelined: number;
}

export const LIST = 'mylist';

const MSET_KEYS = 10;
const LRANGE_ELEMENTS = 10_000;

const EQUAL: Limits = { single: 1, pipelined: 1 };
const BETTER_IN_PIPELINES: Limits = { single: 1, pipelined: 1.2 };

const COUNTER = `counter:${NUMBER}`;
const MEMBER = `element:${NUMBER}`;

const SADD: Command = ['SADD', 'myset', MEMBER];
const HSET: Command = ['HSET', 'myhash', MEMBER, VALUE];
const ZADD: Command = ['ZADD', 'myzset', NUMBER, MEMBER];
const MSET: Command = ['MSET', ...Array.from({ length: MSET_KEYS }, () => SET_KEY.slice(1)).flat()];

/** Commands that replace what is there, a member by the same one too, fill the store by themselves. */
export const storeCommands: readonly StoreCommand[] = [
  { name: 'GET', request: ['GET', `key:${NUMBER}`], stock: [SET_KEY], limits: BETTER_IN_PIPELINES },
  { name: 'SET', request: SET_KEY, stock: [SET_KEY], limits: BETTER_IN_PIPELINES },
  { name: 'INCR', request: ['INCR', COUNTER], stock: [['SET', COUNTER, '0']], limits: EQUAL },
  { name: 'LPUSH', request: ['LPUSH', LIST, VALUE], stock: [SET_KEY], elements: () => 0, limits: EQUAL },
  { name: 'LPOP', request: ['LPOP', LIST], stock: [SET_KEY], elements: (requests) => requests, limits: EQUAL },
  { name: 'SADD', request: SADD, stock: [SET_KEY, SADD], limits: EQUAL },
  { name: 'HSET', request: HSET, stock: [SET_KEY, HSET], limits: EQUAL },
  { name: 'ZADD', request: ZADD, stock: [SET_KEY, ZADD], limits: EQUAL },
  { name: 'MSET', request: MSET, stock: [SET_KEY], limits: EQUAL },
  { name: 'LRANGE_100', request: ['LRANGE', LIST, '0', '99'], stock: [SET_KEY], elements: () => LRANGE_ELEMENTS, limits: EQUAL },
];

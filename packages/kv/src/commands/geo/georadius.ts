import type { Call, Command } from '../../command/call.js';
import { search } from './geosearch.js';

const DETAILS = 'M | KM | FT | MI [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]';

export const georadius: Command = {
  name: 'georadius',
  arity: -6,
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: { first: 1, last: 1, step: 1 },
  findKeys: (call) => destinations(call, 6),
  group: 'geo',
  since: '3.2.0',
  summary: 'Answers or stores the members in a circle around a place, as GEOSEARCH and GEOSEARCHSTORE do.',
  complexity: 'O(N + log M) for N members in and around the circle, of a set of M',
  syntax: `key longitude latitude radius ${DETAILS} [STORE key] [STOREDIST key]`,
  execute(call) {
    search(call, { source: 1, form: 'place', destination: 0, mayStore: true });
  },
};

export const georadiusRo: Command = {
  ...georadius,
  name: 'georadius_ro',
  flags: ['readonly'],
  findKeys: () => [],
  since: '3.2.10',
  summary: 'Answers the members in a circle around a place, as GEOSEARCH does.',
  syntax: `key longitude latitude radius ${DETAILS}`,
  execute(call) {
    search(call, { source: 1, form: 'place', destination: 0, mayStore: false });
  },
};

export const georadiusbymember: Command = {
  ...georadius,
  name: 'georadiusbymember',
  arity: -5,
  findKeys: (call) => destinations(call, 5),
  summary: 'Answers or stores the members in a circle around another one, as GEOSEARCH and GEOSEARCHSTORE do.',
  syntax: `key member radius ${DETAILS} [STORE key] [STOREDIST key]`,
  execute(call) {
    search(call, { source: 1, form: 'member', destination: 0, mayStore: true });
  },
};

export const georadiusbymemberRo: Command = {
  ...georadiusRo,
  name: 'georadiusbymember_ro',
  arity: -5,
  summary: 'Answers the members in a circle around another one, as GEOSEARCH does.',
  syntax: `key member radius ${DETAILS}`,
  execute(call) {
    search(call, { source: 1, form: 'member', destination: 0, mayStore: false });
  },
};

/** The indexes of the keys behind the words STORE and STOREDIST, from argument `first` on. */
function destinations(call: Call, first: number): number[] {
  const found: number[] = [];
  for (let i = first; i + 1 < call.count; i++) {
    if (call.is(i, 'STORE') || call.is(i, 'STOREDIST')) found.push(++i);
  }
  return found;
}

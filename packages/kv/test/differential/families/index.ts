/** All families, by the names that --family takes. */
import type { Family } from '../family.js';
import { access } from './access.js';
import { bitmaps } from './bitmaps.js';
import { blocking } from './blocking.js';
import { connections } from './connections.js';
import { expiry } from './expiry.js';
import { functions } from './functions.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { hyperloglog } from './hyperloglog.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { publishing } from './publishing.js';
import { refusals } from './refusals.js';
import { scripting } from './scripting.js';
import { server } from './server.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { statistics } from './statistics.js';
import { streams } from './streams.js';
import { strings } from './strings.js';
import { tracking } from './tracking.js';
import { transactions } from './transactions.js';
import { users } from './users.js';
import { waiting } from './waiting.js';

export const FAMILIES: readonly Family[] = [
  strings, bitmaps, hashes, lists, sets, sortedSets, streams, hyperloglog, geo, keys, expiry,
  transactions, publishing, tracking, scripting, functions, blocking, waiting, connections, server, users, access, statistics, refusals,
];

/** Throws for a name that no family has. */
export function familiesNamed(names: readonly string[]): Family[] {
  return names.map((name) => {
    const family = FAMILIES.find((candidate) => candidate.name === name);
    if (family === undefined) throw new Error(`no family is called "${name}"; there are ${FAMILIES.map((known) => known.name).join(', ')}`);
    return family;
  });
}

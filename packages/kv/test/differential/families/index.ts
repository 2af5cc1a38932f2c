/** All families, by the names that --family takes. */
import type { Family } from '../family.js';
import { hashes } from './hashes.js';
import { lists } from './lists.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { strings } from './strings.js';

export const FAMILIES: readonly Family[] = [strings, hashes, lists, sets, sortedSets];

/** Throws for a name that no family has. */
export function familiesNamed(names: readonly string[]): Family[] {
  return names.map((name) => {
    const family = FAMILIES.find((candidate) => candidate.name === name);
    if (family === undefined) throw new Error(`no family is called "${name}"; there are ${FAMILIES.map((known) => known.name).join(', ')}`);
    return family;
  });
}

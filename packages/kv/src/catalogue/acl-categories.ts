import type { CommandGroup } from './command-definition.js';
import type { RegisteredCommand } from './registry.js';

/** In the order in which Redis prints them. */
export const ACL_CATEGORIES = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub', 'admin', 'fast', 'slow',
  'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
] as const;

export type AclCategory = (typeof ACL_CATEGORIES)[number];

const BY_GROUP: Readonly<Record<CommandGroup, AclCategory | undefined>> = {
  string: 'string', bitmap: 'bitmap', hash: 'hash', list: 'list', set: 'set', 'sorted-set': 'sortedset', stream: 'stream', hyperloglog: 'hyperloglog',
  geo: 'geo', generic: 'keyspace', pubsub: undefined, transactions: 'transaction', scripting: 'scripting', connection: 'connection',
  server: undefined, cluster: undefined,
};

const BY_FLAG: Readonly<Record<string, readonly AclCategory[]>> = {
  write: ['write'], readonly: ['read'], admin: ['admin', 'dangerous'], pubsub: ['pubsub'], fast: ['fast'], blocking: ['blocking'],
};

/** The categories of a command: those of its flags and of its group, and those that its definition adds. */
export function categoriesOf({ definition, flags, isContainer }: RegisteredCommand<never>): AclCategory[] {
  const own = new Set<string>(definition.categories);
  for (const flag of flags) for (const category of BY_FLAG[flag] ?? []) own.add(category);
  if (!flags.has('fast')) own.add('slow');
  // What a script reads is its own business; and a name that only has subcommands does nothing itself.
  if (definition.group === 'scripting') own.delete('read');
  const ofGroup = BY_GROUP[definition.group];
  // SORT, which is for three types of keys, belongs to these instead.
  const isOfTypes = ofGroup === 'keyspace' && own.has('list');
  if (ofGroup !== undefined && !isContainer && !isOfTypes) own.add(ofGroup);
  return ACL_CATEGORIES.filter((category) => own.has(category));
}

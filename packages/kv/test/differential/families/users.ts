import type { Draw } from '../draw.js';
import type { Family, Scene } from '../family.js';
import { drawCommand } from '../generator.js';
import { hashes } from './hashes.js';
import { strings } from './strings.js';

/** A connection of somebody who may do little. */
const RESTRICTED = 10;

export const users: Family = {
  name: 'users',
  weight: 1,
  // A mistake could take the rights of the connections that do the other things.
  isSpoiled: false,
  builders: [],
  recipes: {
    'ACL WHOAMI': () => ['ACL', 'WHOAMI'],
    'ACL CAT': (d) => [
      'ACL', 'CAT',
      ...d.some(0, 1, () => d.pick(['hyperloglog', 'nosuch', 'geo', 'transaction', 'bitmap', 'list', 'sortedset', 'stream', 'pubsub', 'blocking'])),
    ],
    'ACL USERS': () => ['ACL', 'USERS'],
    'ACL GENPASS': (d) => ['ACL', 'GENPASS', ...d.some(0, 1, () => d.pick(['5', '0', '-1', 'abc', '5000', '128']))],
    'ACL SETUSER': (d) => user(d),
    'ACL DRYRUN': (d) => ['ACL', 'DRYRUN', d.pick(['default', 'nosuch']), ...drawCommand(d, [strings, hashes])],
    'ACL GETUSER': () => ['ACL', 'GETUSER', 'nosuch'],
    'ACL LOG': (d) => denied(d),
    'ACL LOG+': (d) => ['ACL', 'LOG', ...d.some(0, 2, () => d.pick(['RESET', '0', '-1', 'abc', '5']))],
    'ACL DELUSER': (d) => ['ACL', 'DELUSER', d.pick(['nosuch', 'default'])],
  },
};

/** A user that exists for as long as the scene. */
function user(d: Draw): { args: string[] }[] {
  const rules = d.some(0, 3, () => d.pick([
    'on', 'off', '>secret', 'nopass', '~a*', '%R~b*', '&news*', '+get', '-@all', '+@read', '+client|id', 'allkeys', 'resetpass', 'nosuch', '+nosuch',
    '~', '(+set ~c*)', 'clearselectors', 'reset',
  ]));
  const try1 = { args: ['ACL', 'DRYRUN', 'somebody', ...drawCommand(d, [strings])] };
  return [
    { args: ['ACL', 'SETUSER', 'somebody', ...rules] }, { args: ['ACL', 'GETUSER', 'somebody'] }, { args: ['ACL', 'LIST'] }, try1,
    { args: ['ACL', 'DELUSER', 'somebody'] },
  ];
}

/** What is refused to somebody: the wrong password, commands, keys and channels, one by one, in transactions and in scripts. */
function denied(d: Draw): Scene {
  const own = (args: readonly string[]) => ({ connection: RESTRICTED, args });
  const attempts: readonly (readonly string[])[][] = [
    [['GET', 's1']], [['GET', 'a1']], [['get', 's1']], [['DEL', 'a1']], [['MGET', 'a1', 's1', 's2']], [['CONFIG', 'GET', 'maxmemory']], [['PUBLISH', 'other', 'x']],
    [['PUBLISH', 'news', 'x']], [['EVAL', 'return redis.pcall("GET", "s1")', '0']], [['EVAL', 'return redis.pcall("DEL", "a1")', '1', 'a1']],
    [['MULTI'], ['GET', 's1'], ['SET', 'a1', 'x'], ['EXEC']], [['MULTI'], ['GET', 'a1'], ['EXEC']], [['AUTH', 'nobody', 'x']], [['auth', 'somebody', 'x']],
  ];
  return [
    { args: ['ACL', 'LOG', 'RESET'] },
    { args: ['ACL', 'SETUSER', 'somebody', 'reset', 'on', '>secret', '~a*', '&news', ...'+get +mget +set +eval +multi +exec +publish +auth'.split(' ')] },
    own(['AUTH', 'somebody', d.pick(['secret', 'secret', 'wrong'])]),
    own(['AUTH', 'somebody', 'secret']),
    ...d.some(1, 5, () => d.pick(attempts)).flat().map(own),
    { args: ['ACL', 'LOG', ...d.maybe(0.3, d.pick(['1', '2', '100']))] },
    { ...own(['GET', 'a1']), mode: 'last' },
    { args: ['ACL', 'DELUSER', 'somebody'] },
    { args: ['ACL', 'LOG', 'RESET'] },
  ];
}

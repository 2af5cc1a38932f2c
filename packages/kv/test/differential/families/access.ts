import type { Family, Scene } from '../family.js';
import type { Draw } from '../draw.js';
import { drawCommand } from '../generator.js';
import { connections } from './connections.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { publishing } from './publishing.js';
import { scripting } from './scripting.js';
import { server } from './server.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { streams } from './streams.js';
import { strings } from './strings.js';

const TRIED = [strings, strings, hashes, lists, sets, sortedSets, streams, geo, keys, scripting, publishing, server, connections];
/** Connections of users who may not do all. */
const RESTRICTED = [30, 31] as const;
const ADMINISTRATOR = 32;

/** What users may do, who are not allowed everything. */
export const access: Family = {
  name: 'access',
  weight: 1,
  isSpoiled: false,
  builders: [],
  recipes: {
    AUTH: (d) => restricted(d, d.some(1, 6, () => drawCommand(d, TRIED))),
    'AUTH+': (d) => restricted(d, [['MULTI'], ...d.some(0, 3, () => drawCommand(d, TRIED)), ['EXEC'], ['DISCARD']]),
  },
};

const RULES = [
  ['+@all', '~*', '&*'], ['+@all', '~s*', '~h*', '&foo'], ['+@read', '~*'], ['+@write', '~*'], ['+@all', '-@write', '~*'], ['+@all', '%R~*', '%W~s*'], [
    '+get', '+set', '+eval', '~s1',
  ],
  ['+@all', '-@string', '-@dangerous', '~*'], ['-@all', '+@keyspace', '+client|id', '+config|get', '~*'], ['+@all', '~s1', '(+@all ~h1 ~l*)', '(+get %R~*)'],
  ['+@list', '+@set', '+@sortedset', '~[ls]*', '~z?', '&n*'], ['+@scripting', '+@read', '%R~*'], ['allcommands', 'resetkeys', 'allchannels'],
  ['nocommands', '+ping'],
];

function restricted(d: Draw, commands: readonly (readonly string[])[]): Scene {
  const connection = d.pick(RESTRICTED);
  const admin = (args: readonly string[]) => ({ connection: ADMINISTRATOR, args });
  const own = (args: readonly string[]) => ({ connection, args });
  return [
    admin(['ACL', 'LOG', 'RESET']), admin(['ACL', 'SETUSER', 'somebody', 'reset', 'on', '>secret', ...d.pick(RULES)]),
    own(['AUTH', 'somebody', d.chance(0.9) ? 'secret' : 'wrong']), ...commands.filter(isHarmless).map(own), own(['AUTH', 'default', '']),
    admin(['ACL', 'LOG', ...d.maybe(0.3, '2')]), admin(['ACL', 'DELUSER', 'somebody']),
  ];
}

/** Who is not named any more, or is another user, would not be deleted alone; and that modules are forbidden Redis says before it asks who wants them. */
function isHarmless([name = '', subcommand = '']: readonly string[]): boolean {
  return !/^(acl|auth|hello|reset|debug|module)$/i.test(name) && !/^(resetstat|setinfo|no-touch)$/i.test(subcommand);
}

import { idOfClient } from '../sequence.js';
import type { Family } from '../family.js';
import { drawCommand } from '../generator.js';
import { strings } from './strings.js';

/** A connection that may be closed, and one that is told which of its keys have changed. */
const SHORT_LIVED = 8;
const TRACKING = 7;

export const connections: Family = {
  name: 'connections',
  weight: 3,
  // A mistake in CLIENT KILL or PAUSE could hit the other connections.
  isSpoiled: false,
  builders: [],
  recipes: {
    PING: (d) => ['PING', ...d.some(0, 2, () => d.value())],
    ECHO: (d) => ['ECHO', ...d.some(0, 2, () => d.value())],
    HELLO: (d) => ['HELLO', ...d.some(0, 1, () => d.pick(['2', '3', '1', '4', 'abc', '']))],
    'HELLO+': (d) => ['HELLO', d.pick(['2', '3']), ...d.maybe(0.5, 'SETNAME', d.pick(['me', 'a b', ''])), ...d.maybe(0.2, d.pick(['AUTH', 'NOSUCH']), 'x')],
    AUTH: (d) => ['AUTH', ...d.some(0, 3, () => d.pick(['default', 'secret', '']))],
    RESET: (d) => ['RESET', ...d.maybe(0.1, 'x')],
    QUIT: () => [{ connection: SHORT_LIVED, args: ['QUIT'], mode: 'last' }],
    CLIENT: (d) => ['CLIENT', d.option('SETNAME'), d.pick(['me', '', 'two words', '\xff', 'x:y'])],
    'CLIENT GETNAME': () => ['CLIENT', 'GETNAME'],
    'CLIENT ID': () => ['CLIENT', 'ID'],
    'CLIENT INFO': () => ['CLIENT', 'INFO'],
    'CLIENT LIST': (d) => ['CLIENT', 'LIST', ...d.pick([[], ['TYPE', 'normal'], ['TYPE', 'nosuch'], ['ID', '99999999'], ['ID', 'x'], ['NOSUCH']])],
    'CLIENT KILL': (d) => [
      'CLIENT', 'KILL',
      ...d.pick([['ID', '99999999'], ['ADDR', '1.2.3.4:5'], ['1.2.3.4:5'],
        ['TYPE', 'nosuch'], ['ID', 'x'], ['ID'], ['USER', 'nosuch'], ['SKIPME', 'maybe'], ['LADDR', '9.9.9.9:9'], ['TYPE', 'replica']]),
    ],
    'CLIENT LIST+': (d) => ['CLIENT', 'LIST', 'ID', idOfClient(d.pick([0, 1, SHORT_LIVED])), ...d.maybe(0.3, '99999999')],
    'CLIENT KILL+': (d) => [
      { connection: SHORT_LIVED, args: ['PING'] },
      { args: ['CLIENT', 'KILL', 'ID', idOfClient(SHORT_LIVED), ...d.maybe(0.3, 'TYPE', d.option('normal', 'pubsub')), ...d.maybe(0.3, 'USER', 'default')] },
      // Whether it is still there: if not, the next one is another one.
      { args: ['CLIENT', 'KILL', 'ID', idOfClient(SHORT_LIVED)] }, { connection: SHORT_LIVED, args: ['PING'], mode: 'last' },
    ],
    'CLIENT UNBLOCK+': (d) => ['CLIENT', 'UNBLOCK', idOfClient(d.pick([0, 1])), ...d.maybe(0.5, d.option('TIMEOUT', 'ERROR'))],
    'CLIENT REPLY': (d) => [
      { args: ['CLIENT', 'REPLY', 'OFF'], mode: 'silent' }, { args: drawCommand(d, [strings]), mode: 'silent' }, { args: ['NOSUCH'], mode: 'silent' },
      { args: ['CLIENT', 'REPLY', 'ON'] },
    ],
    'CLIENT REPLY+': (d) => [
      { args: ['CLIENT', 'REPLY', 'SKIP'], mode: 'silent' }, { args: drawCommand(d, [strings]), mode: 'silent' }, { args: drawCommand(d, [strings]) },
    ],
    'CLIENT REPLY++': (d) => ['CLIENT', 'REPLY', d.pick(['ON', 'MAYBE', ''])],
    'CLIENT NO-EVICT': (d) => ['CLIENT', 'NO-EVICT', d.option('ON', 'OFF', 'MAYBE')],
    'CLIENT UNPAUSE': () => ['CLIENT', 'UNPAUSE'],
    'CLIENT PAUSE': (d) => [
      { args: ['CLIENT', 'PAUSE', ...d.pick([['0'], ['-1'], ['abc'], ['0', 'WRITE'], ['0', 'ALL'], ['0', 'NOSUCH'], []])] },
      { args: ['CLIENT', 'UNPAUSE'] },
    ],
    'CLIENT UNBLOCK': (d) => ['CLIENT', 'UNBLOCK', d.pick(['99999999', '-1', 'abc', '0']), ...d.some(0, 1, () => d.option('TIMEOUT', 'ERROR', 'NOSUCH'))],
    'CLIENT GETREDIR': () => ['CLIENT', 'GETREDIR'],
    'CLIENT TRACKINGINFO': () => ['CLIENT', 'TRACKINGINFO'],
    'CLIENT CACHING': (d) => ['CLIENT', 'CACHING', d.option('YES', 'NO', 'MAYBE')],
    'CLIENT TRACKING': (d) => [
      'CLIENT', 'TRACKING',
      ...d.pick([['OFF'], ['MAYBE'], ['ON', 'REDIRECT', '99999999'], ['ON', 'PREFIX', 'x'],
        ['ON', 'OPTIN', 'OPTOUT'], ['ON', 'BCAST', 'OPTIN'], ['ON', 'NOSUCH'], []]),
    ],
    'CLIENT TRACKING+': (d) => {
      const key = d.key('string');
      const own = (args: string[]) => ({ connection: TRACKING, args, mode: 'stream' as const });
      const options = d.pick([[], ['BCAST'], ['BCAST', 'PREFIX', 's'], ['NOLOOP'], ['OPTIN'], ['OPTOUT']]);
      return [
        own(['CLIENT', 'TRACKING', 'ON', ...options]), ...(d.chance(0.3) ? [own(['CLIENT', 'CACHING', d.pick(['YES', 'NO'])])] : []), own(['GET', key]),
        { args: ['SET', key, d.value()] }, own(['SET', key, 'own']), own(['CLIENT', 'TRACKINGINFO']), own(['CLIENT', 'TRACKING', 'OFF']),
      ];
    },
    'CLIENT SETINFO': (d) => ['CLIENT', d.pick(['SETINFO', 'SETINFO', 'NO-TOUCH']), 'LIB-NAME', 'mine'],
    'CLIENT NOSUCH': () => ['CLIENT', 'NOSUCH', 'x'],
    'CLIENT alone': () => ['CLIENT'],
  },
};

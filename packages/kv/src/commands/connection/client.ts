import type { Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { kill } from './client-kill.js';
import { id, info, list } from './client-list.js';
import { getname, setinfo, setname } from './client-name.js';
import { pause, unblock, unpause } from './client-pause.js';
import { noEvict, noTouch, reply } from './client-reply.js';
import { caching, getredir, tracking, trackinginfo } from './client-tracking.js';

export const client: Command = {
  name: 'client',
  arity: -2,
  flags: [],
  group: 'connection',
  since: '2.4.0',
  summary: 'Tells of connections, and changes what they get.',
  complexity: 'Depends on the subcommand.',
  syntax: '',
  subcommands: [
    caching, getname, getredir, helpCommand('connection', '5.0.0'), id, info, kill, list, noEvict, noTouch, pause, reply, setinfo, setname, tracking, trackinginfo,
    unblock, unpause,
  ],
  execute() {},
};

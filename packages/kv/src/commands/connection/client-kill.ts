import type { Client } from '../../client/client.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { type ClientType, clientTypeAt, isOfType } from './client-filter.js';

const NO_SUCH_CLIENT = new ReplyError('ERR No such client');
const BAD_ID = new ReplyError('ERR client-id should be greater than 0');

/** Which clients to disconnect: those that all given criteria are true of. */
interface Filter {
  id?: number;
  address?: string;
  localAddress?: string;
  type?: ClientType;
  user?: string;
  spareMyself: boolean;
}

export const kill: Command = {
  name: 'kill',
  arity: -3,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '2.4.0',
  summary: 'Disconnects a client by its address, or all that some criteria are true of.',
  complexity: 'O(N) for N connections',
  syntax: '<ip:port | [ID client-id] [TYPE <normal | master | replica | pubsub>] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME <yes | no>]>',
  execute(call) {
    if (call.count === 3) return killByAddress(call);
    const filter = readFilter(call);
    const doomed = [...call.server.clients.values()].filter((client) => matches(call, client, filter));
    for (const client of doomed) call.server.disconnect(client);
    call.reply.integer(doomed.length);
  },
};

/** The form of old: one client, and an error if there is none. */
function killByAddress(call: Call): void {
  const address = call.latin1(2);
  const client = [...call.server.clients.values()].find((one) => one.address === address);
  if (client === undefined) throw NO_SUCH_CLIENT;
  call.server.disconnect(client);
  call.reply.ok();
}

function readFilter(call: Call): Filter {
  const filter: Filter = { spareMyself: true };
  for (let i = 2; i < call.count; i += 2) {
    if (i + 1 >= call.count) throw SYNTAX;
    readCriterion(call, i, filter);
  }
  return filter;
}

function readCriterion(call: Call, i: number, filter: Filter): void {
  if (call.is(i, 'ID')) filter.id = idAt(call, i + 1);
  else if (call.is(i, 'TYPE')) filter.type = clientTypeAt(call, i + 1);
  else if (call.is(i, 'ADDR')) filter.address = call.latin1(i + 1);
  else if (call.is(i, 'LADDR')) filter.localAddress = call.latin1(i + 1);
  else if (call.is(i, 'USER')) filter.user = userAt(call, i + 1);
  else if (call.is(i, 'SKIPME') && call.is(i + 1, 'YES')) filter.spareMyself = true;
  else if (call.is(i, 'SKIPME') && call.is(i + 1, 'NO')) filter.spareMyself = false;
  else throw SYNTAX;
}

function idAt(call: Call, index: number): number {
  const number = call.integer(index, BAD_ID);
  if (number < 1) throw BAD_ID;
  return number;
}

function userAt(call: Call, index: number): string {
  const name = call.text(index);
  if (!call.server.users.all.has(name)) throw new ReplyError(`ERR No such user '${call.latin1(index)}'`);
  return name;
}

function matches(call: Call, client: Client, filter: Filter): boolean {
  if (filter.spareMyself && client === call.client) return false;
  if (filter.id !== undefined && filter.id !== client.id) return false;
  if (filter.address !== undefined && filter.address !== client.address) return false;
  if (filter.localAddress !== undefined && filter.localAddress !== client.localAddress) return false;
  if (filter.user !== undefined && filter.user !== client.user.name) return false;
  return filter.type === undefined || isOfType(client, filter.type);
}

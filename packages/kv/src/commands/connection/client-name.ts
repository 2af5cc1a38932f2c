import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

const BAD_NAME = new ReplyError('ERR Client names cannot contain spaces, newlines or special characters.');

export const setname: Command = {
  name: 'setname',
  arity: 3,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '2.6.9',
  summary: 'Gives the connection a name, which CLIENT LIST shows.',
  complexity: 'O(1)',
  syntax: 'connection-name',
  execute(call) {
    call.client.name = nameOf(call, 2);
    call.reply.ok();
  },
};

export const getname: Command = {
  name: 'getname',
  arity: 2,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '2.6.9',
  summary: 'Answers the name of the connection.',
  complexity: 'O(1)',
  syntax: '',
  execute({ client, reply }) {
    if (client.name === '') reply.nil();
    else reply.bulk(Buffer.from(client.name, 'latin1'));
  },
};

/** Redis has this since 7.2, and clients use it whatever the version. */
export const setinfo: Command = {
  name: 'setinfo',
  arity: 4,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '7.2.0',
  summary: 'Tells which library the client uses, for CLIENT LIST.',
  complexity: 'O(1)',
  syntax: '<LIB-NAME libname | LIB-VER libver>',
  execute(call) {
    const attribute = call.latin1(2).toLowerCase();
    if (attribute !== 'lib-name' && attribute !== 'lib-ver') throw new ReplyError(`ERR Unrecognized option '${call.latin1(2)}'`);
    if (!isPrintable(call, 3)) throw new ReplyError(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
    if (attribute === 'lib-name') call.client.libraryName = call.latin1(3);
    else call.client.libraryVersion = call.latin1(3);
    call.reply.ok();
  },
};

/** Each character is a byte. Error: ReplyError if it would not stay one word of CLIENT LIST. */
export function nameOf(call: Call, index: number): string {
  if (!isPrintable(call, index)) throw BAD_NAME;
  return call.latin1(index);
}

function isPrintable(call: Call, index: number): boolean {
  return /^[!-~]*$/.test(call.latin1(index));
}

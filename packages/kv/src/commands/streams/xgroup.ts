import type { Integer64 } from '../../bytes/integer.js';
import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { ReplyError } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import type { StreamGroup } from '../../values/stream-group.js';
import { StreamId } from '../../values/stream-id.js';
import { StreamValue } from '../../values/stream-value.js';
import { readBound, readId } from './id-argument.js';
import { addStream, createConsumer, findStream, noSuchGroup } from './stream-key.js';

const NO_KEY = new ReplyError(
  'ERR The XGROUP subcommand requires the key to exist. ' +
    'Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
);
const NEGATIVE_COUNT = new ReplyError('ERR value for ENTRIESREAD must be positive or -1');
const BUSY = new ReplyError('BUSYGROUP Consumer Group name already exists');

const id = new StreamId();

const subcommand = {
  arity: 5,
  flags: ['write', 'denyoom'],
  keys: { first: 2, last: 2, step: 1 },
  group: 'stream',
  since: '5.0.0',
  complexity: 'O(1)',
} as const;

const create: Command = {
  ...subcommand,
  name: 'create',
  arity: -5,
  summary: 'Adds a consumer group to a stream, which begins to read behind an id.',
  syntax: 'key group id | $ [MKSTREAM] [ENTRIESREAD entries-read]',
  execute(call) {
    const { mayCreate, entriesRead } = readOptions(call, true);
    const known = findStream(call, 2);
    if (known === undefined && !mayCreate) throw NO_KEY;
    if (call.count > 8) throw wrongSubcommand(call);
    if (!call.is(4, '$')) readId(call, 4, id);
    else if (known !== undefined) id.copyFrom(known.lastId);
    else id.set(0, 0);
    if (known?.group(call.latin1(3)) !== undefined) throw BUSY;
    const stream = known ?? new StreamValue(call.server.keyspace);
    stream.addGroup(call.latin1(3), id, entriesRead);
    if (known === undefined) addStream(call, stream, 2);
    if (known === undefined) call.changed(2, 'xgroup-create', 't');
    else call.announce(2, 'xgroup-create', 't');
    call.reply.ok();
  },
};

const setid: Command = {
  ...subcommand,
  name: 'setid',
  arity: -5,
  flags: ['write'],
  summary: 'Lets a consumer group go on behind another id.',
  syntax: 'key group id | $ [ENTRIESREAD entries-read]',
  execute(call) {
    const { entriesRead } = readOptions(call, false);
    const stream = streamOf(call);
    const group = groupOf(call, stream);
    if (call.count !== 5 && call.count !== 7) throw wrongSubcommand(call);
    group.lastId.copyFrom(call.is(4, '$') ? stream.lastId : readBound(call, 4, id, 0));
    group.entriesRead = entriesRead;
    call.announce(2, 'xgroup-setid', 't');
    call.reply.ok();
  },
};

const destroy: Command = {
  ...subcommand,
  name: 'destroy',
  arity: 4,
  flags: ['write'],
  summary: 'Removes a consumer group, whatever is pending.',
  complexity: 'O(N) for N pending entries',
  syntax: 'key group',
  execute(call) {
    const isRemoved = streamOf(call).removeGroup(call.latin1(3));
    if (isRemoved) {
      call.announce(2, 'xgroup-destroy', 't');
      call.wake(2);
    }
    call.reply.integer(isRemoved ? 1 : 0);
  },
};

const createconsumer: Command = {
  ...subcommand,
  name: 'createconsumer',
  since: '6.2.0',
  summary: 'Adds a consumer to a group, and answers whether it is new.',
  syntax: 'key group consumer',
  execute(call) {
    const group = groupOf(call, streamOf(call));
    const name = call.latin1(4);
    const isNew = group.consumer(name) === undefined;
    if (isNew) createConsumer(call, group, name, 2);
    call.reply.integer(isNew ? 1 : 0);
  },
};

const delconsumer: Command = {
  ...subcommand,
  name: 'delconsumer',
  flags: ['write'],
  summary: 'Removes a consumer of a group, and answers how many entries were pending for it: these are pending no longer.',
  complexity: 'O(N log M) for N of M pending entries',
  syntax: 'key group consumer',
  execute(call) {
    const group = groupOf(call, streamOf(call));
    const consumer = group.consumer(call.latin1(4));
    if (consumer === undefined) return call.reply.integer(0);
    const pending = group.removeConsumer(consumer);
    call.announce(2, 'xgroup-delconsumer', 't');
    call.reply.integer(pending);
  },
};

export const xgroup: Command = {
  name: 'xgroup',
  arity: -2,
  flags: [],
  group: 'stream',
  since: '5.0.0',
  summary: 'Manages the consumer groups of a stream.',
  syntax: '',
  subcommands: [create, createconsumer, delconsumer, destroy, helpCommand('stream', '5.0.0'), setid],
  execute() {},
};

interface GroupOptions {
  readonly mayCreate: boolean;
  readonly entriesRead: Integer64 | undefined;
}

function readOptions(call: Call, isCreating: boolean): GroupOptions {
  let mayCreate = false;
  let entriesRead: Integer64 = -1;
  for (let i = 5; i < call.count; i++) {
    if (isCreating && call.is(i, 'MKSTREAM')) mayCreate = true;
    else if (call.is(i, 'ENTRIESREAD') && i + 1 < call.count) {
      entriesRead = call.integer64(++i);
      if (entriesRead < -1) throw NEGATIVE_COUNT;
    } else throw wrongSubcommand(call);
  }
  return { mayCreate, entriesRead: entriesRead === -1 ? undefined : entriesRead };
}

/** The stream at argument 2. */
function streamOf(call: Call): StreamValue {
  const stream = findStream(call, 2);
  if (stream === undefined) throw NO_KEY;
  return stream;
}

/** Its group that argument 3 names. */
function groupOf(call: Call, stream: StreamValue): StreamGroup {
  const group = stream.group(call.latin1(3));
  if (group === undefined) throw noSuchGroup(call, 2, 3);
  return group;
}

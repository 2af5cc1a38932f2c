import { type Call, type Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { STRING } from '../../store/meta.js';

/** What stands behind the value. */
interface SetOptions {
  when: 'always' | 'absent' | 'present';
  get: boolean;
  keepDeadline: boolean;
  /** In ms since the epoch; undefined without one. */
  deadlineMs: number | undefined;
}

export const set: Command = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Sets a key to a string, whatever it was before.',
  complexity: 'O(1)',
  syntax: 'key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  execute(call) {
    if (call.count > 3) return setWithOptions(call, readOptions(call));
    call.db.setString(call.source, call.start(1), call.end(1), call.source, call.start(2), call.end(2));
    call.changed(1, 'set', '$');
    call.reply.ok();
  },
};

function setWithOptions(call: Call, { when, get, keepDeadline, deadlineMs }: SetOptions): void {
  const { db, reply } = call;
  const old = get ? call.readTyped(1, STRING) : call.find(1);
  const kept = when === 'absent' ? old !== 0 : when === 'present' && old === 0;
  if (get) replyOld(call, old);
  if (kept) {
    if (!get) reply.nil();
    return;
  }
  const entry = db.setString(call.source, call.start(1), call.end(1), call.source, call.start(2), call.end(2), keepDeadline);
  if (deadlineMs !== undefined) db.setDeadline(entry, deadlineMs);
  call.changed(1, 'set', '$');
  if (deadlineMs !== undefined) call.changed(1, 'expire', 'g');
  if (!get) reply.ok();
}

function replyOld(call: Call, old: number): void {
  if (old === 0) return call.reply.nil();
  const { buffer, start, end } = call.db.replyOf(old);
  call.reply.raw(buffer, start, end);
}

function readOptions(call: Call): SetOptions {
  const options: SetOptions = { when: 'always', get: false, keepDeadline: false, deadlineMs: undefined };
  let deadlineAt = 0;
  for (let i = 3; i < call.count; i++) {
    if (call.is(i, 'NX') && options.when !== 'present') options.when = 'absent';
    else if (call.is(i, 'XX') && options.when !== 'absent') options.when = 'present';
    else if (call.is(i, 'GET')) options.get = true;
    else if (call.is(i, 'KEEPTTL') && deadlineAt === 0) options.keepDeadline = true;
    else if (isDeadlineOption(call, i) && deadlineAt === 0 && !options.keepDeadline && i + 1 < call.count) deadlineAt = i++;
    else throw SYNTAX;
  }
  if (deadlineAt > 0) options.deadlineMs = readDeadline(call, deadlineAt);
  return options;
}

function isDeadlineOption(call: Call, index: number): boolean {
  return call.is(index, 'EX') || call.is(index, 'PX') || call.is(index, 'EXAT') || call.is(index, 'PXAT');
}

/** The deadline that an option and the number behind it stand for, in ms since the epoch. */
function readDeadline(call: Call, index: number): number {
  const value = call.integer(index + 1);
  const ms = call.is(index, 'PX') || call.is(index, 'PXAT') ? value : value * 1000;
  const deadline = call.is(index, 'EX') || call.is(index, 'PX') ? ms + call.server.keyspace.nowMs : ms;
  if (value <= 0 || deadline > Number.MAX_SAFE_INTEGER) {
    throw new ReplyError(`ERR invalid expire time in '${call.command.fullName}' command`);
  }
  return deadline;
}

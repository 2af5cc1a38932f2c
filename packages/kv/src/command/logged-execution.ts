import type { Durability } from '../server/durability.js';
import type { Capture } from '../store/capture.js';
import type { Call } from './call.js';
import { logKey } from './key-effect.js';
import { ReplyError } from './reply-error.js';

/**
 * Runs the command of a call on a server that keeps its data, and has logged what it changes: the request itself, unless the command says
 * something else. Of a transaction and of a script the commands are logged that they run, each by itself.
 */
export function executeLogged(call: Call): void {
  const { command, server: { durability } } = call;
  if (durability === undefined) return command.execute(call);
  const wasChanging = durability.isChanging;
  // What a transaction or a script tells of anything may follow from a change of its own, which counts only as a whole.
  durability.isChanging ||= command.changesKeys || command.runsOthers;
  try {
    if (command.changesKeys) change(call, durability);
    else command.execute(call);
  } finally {
    durability.isChanging = wasChanging;
  }
}

function change(call: Call, durability: Durability): void {
  const { command, outer = call, server: { keyspace } } = call;
  if (keyspace.capture !== undefined) captureKeys(call, keyspace.capture);
  const dirtyBefore = keyspace.dirty;
  call.isEffectTold = false;
  try {
    command.execute(call);
    if (!call.isEffectTold && keyspace.dirty !== dirtyBefore) durability.note(call.db.index, call);
  } catch (error) {
    // Where memory ends in the middle of a command, a part of it may have happened: what it would do again nobody knows.
    if (!(error instanceof ReplyError) || keyspace.dirty !== dirtyBefore) forEachKey(call, (index) => logKey(call, index));
    throw error;
  } finally {
    // The commands of a script run for a client of the server's own; whoever is told of it has called the script.
    if (call.isEffectTold || keyspace.dirty !== dirtyBefore) outer.client.changedIn = durability.current;
  }
}

/** Shows a snapshot under way the keys of a command before it may change them. */
function captureKeys(call: Call, capture: Capture): void {
  const { source, server: { keyspace } } = call;
  forEachKey(call, (index) => capture.before(keyspace.hash(source, call.start(index), call.end(index))));
}

/** Visits the indexes of all arguments that may be keys. Where keys have no fixed place that is each of them: one too many does no harm. */
function forEachKey(call: Call, visit: (index: number) => void): void {
  const { count, command: { definition: { keys, findKeys } } } = call;
  if (findKeys !== undefined) {
    for (let index = 1; index < count; index++) visit(index);
  } else if (keys !== undefined) {
    const last = Math.min(count - 1, keys.last < 0 ? count + keys.last : keys.last);
    for (let index = keys.first; index <= last; index += keys.step) visit(index);
  }
}

import type { RegisteredCommand } from '../catalogue/registry.js';
import type { Call } from './call.js';
import { OUT_OF_MEMORY, ReplyError } from './reply-error.js';

/** Makes room for the command. If there is none to be had, it may still run if it needs none; but what is queued needs some. */
export function checkMemory(call: Call, command: RegisteredCommand<Call>): void {
  const { server, client } = call;
  server.outOfMemory = server.keyspace.eviction.isNeeded && !server.upkeep.makeRoom();
  if (!server.outOfMemory) return;
  const isQueued = client.transaction !== undefined && !command.isImmediate;
  if (!command.deniesWhenFull && !isQueued) return;
  command.stats.rejected++;
  throw OUT_OF_MEMORY;
}

/** Refuses what could not be logged, and PING: so whoever watches over the server hears of it. */
export function checkLog(call: Call, command: RegisteredCommand<Call>): void {
  const refusal = call.server.durability?.refusal;
  if (refusal === undefined || !(command.isWrite || command.definition.name === 'ping' || endsInWrites(call, command))) return;
  command.stats.rejected++;
  throw new ReplyError(refusal);
}

function endsInWrites({ client }: Call, command: RegisteredCommand<Call>): boolean {
  return command.definition.name === 'exec' && client.transaction?.writes === true;
}

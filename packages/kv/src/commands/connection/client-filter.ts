import type { Client } from '../../client/client.js';
import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

const TYPES = ['normal', 'master', 'replica', 'slave', 'pubsub'] as const;

/** A kind of clients, as CLIENT LIST and CLIENT KILL choose by it: there are no replicas here, and no master. */
export type ClientType = (typeof TYPES)[number];

export function clientTypeAt(call: Call, index: number): ClientType {
  const given = call.latin1(index);
  const type = TYPES.find((name) => name === given.toLowerCase());
  if (type === undefined) throw new ReplyError(`ERR Unknown client type '${given}'`);
  return type;
}

export function isOfType(client: Client, type: ClientType): boolean {
  return type === client.type;
}

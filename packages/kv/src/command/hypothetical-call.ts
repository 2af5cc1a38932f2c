import { Request } from '../protocol/request.js';
import { Call } from './call.js';
import type { ReplyError } from './reply-error.js';

/** The call that the arguments from `first` on would be, and that is never made. Error: the given one if there is no such command. */
export function hypotheticalCall(call: Call, first: number, unknown: ReplyError): Call {
  const asked = new Call(call.server, call.registry, call.reply);
  asked.client = call.client;
  asked.take(new Request(Array.from({ length: call.count - first }, (_, index) => call.copy(index + first))));
  const command = asked.registry.find(asked.source, asked.start(0), asked.end(0));
  const sub = asked.count > 1 ? command?.subcommands.get(asked.latin1(1).toLowerCase()) : undefined;
  const found = sub ?? (command?.isContainer === true && asked.count > 1 ? undefined : command);
  if (found === undefined) throw unknown;
  asked.command = found;
  return asked;
}

import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Call } from './call.js';

/** So long a command that takes many turns works in one of them. */
const SLICE_MS = 0.5;

/** Work that has a reply when it is done. */
export interface Work {
  /** Goes on for about so long, and returns whether it is done. */
  advance(budgetMs: number): boolean;
  write(reply: ReplyWriter): void;
}

/**
 * Does work that may take long in slices, with others served between them; its client waits meanwhile. Where nobody may wait, as in a
 * transaction, all of it is done at once.
 */
export function replyWhenDone(call: Call, work: Work): void {
  const { client, server } = call;
  const mayWait = call.mayBlock && client.connection !== undefined;
  if (work.advance(mayWait ? SLICE_MS : Number.POSITIVE_INFINITY)) return work.write(call.reply);
  call.blocked = true;
  client.held = true;
  const goOn = (): void => {
    if (client.closing) return;
    if (!work.advance(SLICE_MS)) return void server.timers.after(0, goOn);
    client.held = false;
    server.blocking.release(client, (reply) => work.write(reply));
  };
  server.timers.after(0, goOn);
}

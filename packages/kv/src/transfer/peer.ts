import type { ReplyError } from '../command/reply-error.js';
import type { Argument } from '../embedded/embedded-client.js';
import type { Reply } from '../embedded/reply-decoder.js';

/** A request: the name of a command and its arguments. */
export type Words = readonly Argument[];

/** An answer, in version 2 or 3 of the protocol; what is a string in it is bytes. */
export type Answer = Reply<Buffer>;

/**
 * Who runs requests: a server that is reached over a socket, or a store in this process. Each has a database that is selected, which
 * is 0 at first.
 */
export interface Peer {
  /** For messages. */
  readonly name: string;
  /** Runs requests one after the other. Resolves with the answer to each, which may be a ReplyError. Error: ProgramError, if there is no answer. */
  call(requests: readonly Words[]): Promise<Answer[]>;
  /** Resolves when what was written is as safe as this peer makes it. */
  close(): Promise<void>;
}

/** Runs one request. Error: what `orThrow` throws. */
export async function ask(peer: Peer, ...words: Words): Promise<Answer> {
  const [answer] = await peer.call([words]);
  return orThrow(answer as Answer);
}

/** For who cannot go on with an error. Error: ReplyError. */
export function orThrow(answer: Answer): Exclude<Answer, ReplyError> {
  if (answer instanceof Error) throw answer;
  return answer;
}

/** An answer that is text, which is ASCII in all that is asked for here. */
export function textOf(answer: Answer): string {
  return (answer as Buffer | string).toString();
}

/** The fields of a reply that is a map, which version 2 of the protocol writes as a list. */
export function fieldsOf(answer: Answer): ReadonlyMap<string, Answer> {
  const pairs = answer instanceof Map ? [...answer].flat() : (answer as readonly Answer[]);
  const fields = new Map<string, Answer>();
  for (let i = 0; i < pairs.length; i += 2) fields.set(String(pairs[i]), pairs[i + 1] as Answer);
  return fields;
}

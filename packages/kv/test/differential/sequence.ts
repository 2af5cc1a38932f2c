/** What the generator makes and both servers are given. */

/**
 * How the replies of a step are told apart from those of its neighbours. One command has one reply, except:
 * - `stream`: any number of them (SUBSCRIBE): all up to the reply to a PING that follows, and whatever was pushed;
 * - `listen`: the same, where also the order of what was pushed counts;
 * - `silent`: none (CLIENT REPLY OFF);
 * - `scan`: the cursor, where the arguments hold CURSOR, is followed to its end, and the elements are collected;
 * - `dump`: the reply is kept for a later argument PAYLOAD;
 * - `last`: one, and then the connection is closed; a later step gets a new one;
 * - `later`: it blocks, and the reply is that of a later step `collect` on the same connection, which sends nothing.
 */
export type Mode = 'stream' | 'listen' | 'silent' | 'scan' | 'dump' | 'last' | 'later' | 'collect';

/** Stands for the cursor of a scan. */
export const CURSOR = '\0cursor';
/** Stands for what the last step `dump` returned, which differs from server to server. */
export const PAYLOAD = '\0payload';

const CLIENT_ID = '\0client:';

/** Stands for the id of the client on a connection of the sequence. */
export function idOfClient(connection: number): string {
  return `${CLIENT_ID}${connection}`;
}

/** The connection whose client's id an argument stands for; undefined for any other argument. */
export function connectionOfId(argument: string): number | undefined {
  return argument.startsWith(CLIENT_ID) ? Number(argument.slice(CLIENT_ID.length)) : undefined;
}

export interface Step {
  /** Even connections speak RESP2 and odd ones RESP3. */
  readonly connection: number;
  /** Strings of bytes (latin1). */
  readonly args: readonly string[];
  readonly mode?: Mode;
}

/** Steps that belong together: a transaction, a scenario of several connections, or one command alone. */
export type Unit = readonly Step[];

/** The name of a step's command: `GET`, or `CLIENT|ID` for a subcommand. */
export function commandOf(step: Step): string {
  const name = (step.args[0] ?? '').toUpperCase();
  const subcommand = step.args[1] ?? '';
  return CONTAINERS.has(name) && /^[a-z-]{2,24}$/i.test(subcommand) ? `${name}|${subcommand.toUpperCase()}` : name;
}

const CONTAINERS: ReadonlySet<string> = new Set([
  'ACL', 'CLIENT', 'CLUSTER', 'COMMAND', 'CONFIG', 'FUNCTION', 'LATENCY', 'MEMORY', 'MODULE', 'OBJECT', 'PUBSUB', 'SCRIPT', 'SLOWLOG', 'XGROUP', 'XINFO',
]);

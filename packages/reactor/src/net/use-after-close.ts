import { EdgeloopError, codeOf } from '../errors.js';
import type { Loop } from '../loop/loop.js';
import { type SocketAddress, addressText } from './address.js';
import type { Connection } from './connection.js';

/**
 * What gives a connection something to send. The other methods lose nothing by coming late: `destroy`, or an `end` without data, make
 * sure of what has come about, and a proxy whose one side drains may well resume the other that has left.
 */
const USES = ['write', 'end'] as const;

type Use = (typeof USES)[number];

/** A connection that has ended. */
interface Closed extends Connection {
  readonly peer: SocketAddress;
  readonly reason: Error | undefined;
  /** Whether a handler's promise is pending. */
  readonly handling: boolean;
}

/**
 * Debug mode: has a connection throw when something is written to it after its owner was told of its end. Otherwise such bytes are
 * lost in silence, because a peer may leave at any time; but who writes after `onClose` has kept a connection that it should have let go.
 *
 * A handler that was awaiting when the connection ended could not know: while it runs, nothing is thrown. The methods are put on the
 * one object that is closed, so that nothing is asked of those that are open.
 */
export function refuseUse(connection: Closed, { clock, witness }: Loop): void {
  const toldMs = clock.nowMs;
  for (const use of USES) {
    const harmless = (connection[use] as (data?: unknown) => unknown).bind(connection);
    const value = (data?: unknown) => {
      if (connection.handling || (use === 'end' && data === undefined)) return harmless(data);
      throw usedAfterClose(connection, use, clock.nowMs - toldMs, witness?.whereClosed(connection, connection.reason));
    };
    Object.defineProperty(connection, use, { value, configurable: true });
  }
}

function usedAfterClose({ id, peer, reason }: Closed, use: Use, agoMs: number, place: Error | undefined): EdgeloopError {
  const what = `connection ${id} (${addressText(peer)}): ${use} after onClose`;
  const how = reason === undefined ? (place?.message ?? 'the peer') : `${codeOf(reason) || reason.name}: ${reason.message}`;
  const message = `${what}, ${Math.round(agoMs)} ms later; it was closed by ${how}; let go of a connection in onClose`;
  return new EdgeloopError('EL_USED_AFTER_CLOSE', message, { cause: place ?? reason });
}

import type { Signal } from '../loop/signals.js';
import type { Stall } from '../loop/stopwatch.js';
import type { ClockTimer } from '../loop/timer.js';
import type { Witness } from '../loop/witness.js';
import { addressText } from '../net/address.js';
import type { DatagramSocket } from '../net/datagram-socket.js';
import type { SocketConnection } from '../net/socket-connection.js';

/** What a line of the log says of a stall. */
export interface StallLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Names who has kept the loop as exactly as it is known: of several calls that were measured as one, no connection is accused. */
export function stallLine(stall: Stall, witness?: Witness): StallLine {
  const { plugin, hook, ms, calls } = stall;
  const who = plugin === '' ? 'the program' : `plugin "${plugin}"`;
  const { fields, text } = calls === 1 ? subjectOf(stall, witness) : { fields: { calls }, text: `${calls} calls of ${hook}, measured as one` };
  return { fields: { seconds: ms / 1000, hook, ...fields }, message: `${who} has kept the loop for ${Math.round(ms)} ms: ${text}` };
}

function subjectOf({ hook, subject }: Stall, witness?: Witness): { fields: object; text: string } {
  switch (hook) {
    case 'onDatagram': {
      const { port } = (subject as DatagramSocket).address;
      return { fields: { port }, text: `${hook} of port ${port}` };
    }
    case 'onSignal': {
      const { name } = subject as Signal;
      return { fields: { signal: name }, text: `${hook} of ${name}` };
    }
    case 'timer': {
      const { delayMs } = subject as ClockTimer;
      return { fields: { delayMs, openedAt: witness?.whereOpened(subject as ClockTimer) }, text: `a timer of ${delayMs} ms` };
    }
    case 'onShutdown':
    case 'beforeOutput':
    case 'onMessage':
    case 'task':
      return { fields: {}, text: hook };
    default: {
      const { id, peer } = subject as SocketConnection<unknown>;
      return { fields: { connection: id, peer: addressText(peer) }, text: `${hook} of connection ${id} (${addressText(peer)})` };
    }
  }
}

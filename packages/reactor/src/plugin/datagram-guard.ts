import { EdgeloopError } from '../errors.js';
import { InvariantError } from '../invariant.js';
import type { Counters } from '../loop/counters.js';
import type { DatagramReceiver } from '../net/datagram-socket.js';
import type { RepeatLog } from './repeat-log.js';

/** Stands between a receiver of datagrams and the loop: what it throws is reported, for there is no connection to end. */
export function guardReceiver(receive: DatagramReceiver, { counters, log }: { counters: Counters; log: RepeatLog }): DatagramReceiver {
  return (socket, payload, sender) => {
    try {
      receive(socket, payload, sender);
    } catch (cause) {
      if (cause instanceof InvariantError) throw cause;
      counters.handlerFailures++;
      const error = new EdgeloopError('EL_HANDLER_FAILED', 'the receiver of a datagram failed', { cause });
      const { port } = socket.address;
      log.note('error', `onDatagram ${port}`, { event: 'handler.failed', hook: 'onDatagram', port, err: error }, error.message);
    }
  };
}

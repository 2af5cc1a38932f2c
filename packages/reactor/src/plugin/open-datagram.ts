import { type DatagramHandle, type DatagramReceiver, DatagramSocket } from '../net/datagram-socket.js';
import { hostText } from '../net/address.js';
import { resolveHost } from '../net/resolve.js';
import { datagramOptions } from '../options.js';
import { type OptionsInput, parseOptions } from '../options-check.js';
import { guardReceiver } from './datagram-guard.js';
import { checkCallback } from './owned-timers.js';
import type { HostedBy } from './plugin-host.js';

/** As `reactor.openDatagram`. */
export async function openDatagram(reactor: HostedBy, options: OptionsInput<typeof datagramOptions>, receive: DatagramReceiver): Promise<DatagramHandle> {
  checkCallback('openDatagram', receive);
  const parsed = parseOptions(datagramOptions, options, 'openDatagram');
  const { loop, logs, sockets } = reactor;
  const { counters, witness } = loop;
  const place = witness?.here('openDatagram');
  const [ip] = await loop.awaited(resolveHost(parsed.host));
  reactor.assertOpen();
  const adopted = sockets.claim('datagrams', hostText(ip, parsed.port));
  const socket = new DatagramSocket(loop, guardReceiver(receive, { counters, log: logs.reactor }), ip, parsed, adopted);
  witness?.opened(socket, place);
  return socket;
}

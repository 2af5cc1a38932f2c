import { type Arguments, Request } from '../protocol/request.js';
import type { Call } from './call.js';

const NAMED: ReadonlyMap<number, string> = new Map([
  [0x0a, '\\n'], [0x0d, '\\r'], [0x09, '\\t'], [0x07, '\\a'], [0x08, '\\b'], [0x22, '\\"'], [0x5c, '\\\\'],
]);

const REDACTED = Buffer.from('(redacted)');

/** Shows a request to the clients that monitor the server: time, database, whose it is, and the words in quotes. */
export function feedMonitors(call: Call): void {
  const { client, server } = call;
  const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const time = `${Math.floor(nowUs / 1e6)}.${String(nowUs % 1e6).padStart(6, '0')}`;
  const { source, count, starts, ends } = shownArguments(call);
  const words = Array.from({ length: count }, (_, index) => quoted(source, starts[index] as number, ends[index] as number));
  const line = Buffer.from(`+${time} [${client.db.index} ${client.connection === undefined ? 'lua' : client.address}] ${words.join(' ')}\r\n`, 'latin1');
  // Its own commands it sees behind their replies, which are not on their way yet.
  for (const monitor of server.monitors) {
    if (monitor === client) call.reply.raw(line, 0, line.length);
    else monitor.write(line);
  }
}

/** The arguments of a call as others may see them. */
export function shownArguments(call: Call): Arguments {
  const { definition } = call.command;
  if (definition.isSecret === undefined) return call;
  return new Request(Array.from({ length: call.count }, (_, index) => (definition.isSecret?.(call, index) === true ? REDACTED : call.copy(index))));
}

/** Bytes as MONITOR shows them: in double quotes, with escapes for all that is not printable ASCII. */
export function quoted(bytes: Buffer, start: number, end: number): string {
  let text = '"';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const plain = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    text += NAMED.get(byte) ?? plain;
  }
  return `${text}"`;
}

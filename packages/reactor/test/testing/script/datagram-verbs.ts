/**
 * `send-datagrams LABEL to OTHER TEXT...`, `send-datagrams LABEL TEXT...` from a connected socket, and `recv-datagrams LABEL ROOM COUNT`.
 * An empty text is written "".
 */
import { MSG_TRUNC, SOCKADDR_STORAGE_BYTES } from '../../../src/kernel/abi.js';
import { type Stage, type Verb, resultText } from './stage.js';

export const DATAGRAM_VERBS: Readonly<Record<string, Verb>> = {
  'send-datagrams': (stage, label = '', ...words) => {
    const [to, texts] = words[0] === 'to' ? [words[1], words.slice(2)] : [undefined, words];
    return send(stage, label, to, texts.map((text) => (text === '""' ? '' : text)));
  },
  'recv-datagrams': (stage, label = '', room = '', count = '') => receive(stage, label, Number(room), Number(count)),
};

function send(stage: Stage, label: string, to: string | undefined, texts: readonly string[]): string {
  const address = to === undefined ? new Uint8Array(0) : stage.address(to);
  const quads = new Int32Array(texts.length * 4);
  for (let i = 0, offset = 0; i < texts.length; i++) {
    const { length } = texts[i] as string;
    quads.set([offset, length, 0, address.length], i * 4);
    offset += length;
  }
  return resultText(stage.kernel.sendDatagrams(stage.fd(label), Buffer.from(texts.join('')), address, quads, texts.length));
}

/** Each as its text and its sender; one that was longer than its room ends with "...". */
function receive(stage: Stage, label: string, room: number, count: number): string {
  const base = new Uint8Array(room * count);
  const addresses = new Uint8Array(SOCKADDR_STORAGE_BYTES * count);
  const results = new Int32Array(count * 3);
  const received = stage.kernel.recvDatagrams(stage.fd(label), base, room, addresses, results, count);
  if (received <= 0) return received === 0 ? 'nothing' : resultText(received);
  return Array.from({ length: received }, (_, i) => {
    const [length = 0, flags = 0, addressLength = 0] = results.subarray(i * 3);
    const text = Buffer.from(base.subarray(i * room, i * room + length)).toString('latin1');
    const from = addresses.subarray(i * SOCKADDR_STORAGE_BYTES, i * SOCKADDR_STORAGE_BYTES + addressLength);
    return `"${text}"${(flags & MSG_TRUNC) === 0 ? '' : '...'} from ${stage.addressLabel(from)}`;
  }).join(', ');
}

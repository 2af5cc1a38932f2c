/**
 * `send LABEL TEXT`, `recv LABEL LENGTH`, `send-many LABEL TEXT ...`, `recv-many ENOUGH LABEL LENGTH ...`, `fill LABEL` until the
 * buffers are full, `drain LABEL` of what filled them, `shutdown LABEL [rd | wr | rdwr]`, `linger LABEL` for a close that resets,
 * `pass LABEL TEXT OTHER` with the descriptor of another one, `obtain LABEL LENGTH COPY` of bytes and such a descriptor.
 */
import { type Stage, type Verb, resultText } from './stage.js';

/** Results are read from the middle of this, so that a call that ignores its offset or its length is found out. */
const BEFORE = 7;
const ROOM = 4096;
const UNTOUCHED = 0xaa;

const CHUNK = new Uint8Array(65_536).fill(0x66);
/** How often nothing may come of what was sent, before it is given up. */
const PATIENCE = 50;

const HOW: Readonly<Record<string, number>> = { rd: 0, wr: 1, rdwr: 2 };

export const STREAM_VERBS: Readonly<Record<string, Verb>> = {
  send: (stage, label = '', text = '') => send(stage, label, text),
  recv: (stage, label = '', length = '0') => recv(stage, label, Number(length)),
  'send-many': (stage, ...words) => sendMany(stage, words),
  'recv-many': (stage, enough = '', ...words) => recvMany(stage, Number(enough), words),
  pass: (stage, label = '', text = '', other = '') =>
    resultText(stage.kernel.sendDescriptors(stage.fd(label), Buffer.from(`.......${text}`), BEFORE, text.length, Int32Array.of(stage.fd(other)), 1)),
  obtain: (stage, label = '', length = '0', copy = '') => obtain(stage, label, Number(length), copy),
  fill: (stage, label = '') => fill(stage, label),
  drain: (stage, label = '') => drain(stage, label),
  shutdown: (stage, label = '', how = 'wr') => resultText(stage.kernel.shutdown(stage.fd(label), HOW[how] as number)),
  linger: (stage, label = '') => resultText(stage.kernel.setLinger(stage.fd(label), 1, 0)),
};

function send(stage: Stage, label: string, text: string): string {
  const bytes = Buffer.from(`.......${text}...`);
  return resultText(stage.kernel.send(stage.fd(label), bytes, BEFORE, text.length));
}

function recv(stage: Stage, label: string, length: number): string {
  const base = new Uint8Array(ROOM).fill(UNTOUCHED);
  const result = stage.kernel.recv(stage.fd(label), base, BEFORE, length);
  const last = BEFORE + Math.max(result, 0);
  const isSpilt = base.some((byte, at) => (at < BEFORE || at >= last) && byte !== UNTOUCHED);
  return receivedText(result, base, BEFORE) + (isSpilt ? ' and more' : '');
}

function obtain(stage: Stage, label: string, length: number, copy: string): string {
  const base = new Uint8Array(ROOM);
  const descriptors = Int32Array.of(-1, -1);
  const result = stage.kernel.recvDescriptors(stage.fd(label), base, BEFORE, length, descriptors, 1);
  const [count = 0, fd = 0] = descriptors;
  if (count === 1) stage.opened(copy, fd);
  return `${receivedText(result, base, BEFORE)}${count === 0 ? '' : ' and a descriptor'}`;
}

/** Bytes as a quoted text, the end of the stream as `end`. */
function receivedText(result: number, base: Uint8Array, offset: number): string {
  if (result <= 0) return result === 0 ? 'end' : resultText(result);
  return `"${Buffer.from(base.subarray(offset, offset + result)).toString('latin1')}"`;
}

function sendMany(stage: Stage, words: readonly string[]): string {
  const texts = words.filter((_, index) => index % 2 === 1);
  const triples = new Int32Array(texts.length * 3);
  const bytes = Buffer.from(texts.join(''));
  for (let i = 0, offset = 0; i < texts.length; i++) {
    const { length } = texts[i] as string;
    triples.set([stage.fd(words[i * 2] as string), offset, length], i * 3);
    offset += length;
  }
  const done = stage.kernel.sendMany(bytes, triples, texts.length);
  return `${done}: ${texts.map((_, index) => resultText(triples[index * 3] as number)).join(' ')}`;
}

/** What was not done keeps its descriptor and is not observed. */
function recvMany(stage: Stage, enough: number, words: readonly string[]): string {
  const count = words.length / 2;
  const base = new Uint8Array(ROOM);
  const triples = new Int32Array(count * 3);
  for (let i = 0; i < count; i++) triples.set([stage.fd(words[i * 2] as string), i * 64, Number(words[i * 2 + 1])], i * 3);
  const done = stage.kernel.recvMany(base, triples, count, enough);
  const texts = Array.from({ length: done }, (_, i) => receivedText(triples[i * 3] as number, base, i * 64));
  return `${done}: ${texts.join(' ')}`.trim();
}

/** Until nothing is taken even when what has been taken has arrived. How much it is differs from kernel to kernel. */
function fill(stage: Stage, label: string): string {
  for (let taken = true; taken; stage.settle()) {
    taken = false;
    for (;;) {
      const sent = stage.kernel.send(stage.fd(label), CHUNK, 0, CHUNK.length);
      if (sent === -11) break;
      if (sent < 0) return resultText(sent);
      taken = true;
      stage.filled += sent;
    }
  }
  return stage.filled === 0 ? 'nothing' : 'full';
}

function drain(stage: Stage, label: string): string {
  const base = new Uint8Array(CHUNK.length);
  for (let patience = PATIENCE; patience > 0 && stage.filled > 0; ) {
    const received = stage.kernel.recv(stage.fd(label), base, 0, base.length);
    if (received < 0 && received !== -11) return resultText(received);
    if (received === 0) return 'end';
    if (received > 0) stage.filled -= received;
    else patience--;
    if (received < 0) stage.settle();
  }
  return stage.filled === 0 ? 'all' : `${stage.filled} are missing`;
}

/** What the tests of the codecs share: chunks that are cut anywhere and lent like those of the loop. */
import fc from 'fast-check';
import type { FrameDecoder } from '../../src/index.js';

/** All frames that come of `pieces`, copied; each piece is overwritten as soon as its loop is over, as the loop of a reactor does. */
export function decodeAll(decoder: FrameDecoder, pieces: Iterable<Buffer>): Buffer[] {
  const frames: Buffer[] = [];
  for (const piece of pieces) {
    const lent = Buffer.from(piece);
    for (const frame of decoder.decode(lent)) frames.push(Buffer.from(frame));
    lent.fill(0xdb);
  }
  return frames;
}

/** The frames as text. */
export function texts(frames: Iterable<Buffer>): string[] {
  return Array.from(frames, (frame) => frame.toString('latin1'));
}

export function* bytewise(stream: Buffer): Generator<Buffer> {
  for (let i = 0; i < stream.length; i++) yield stream.subarray(i, i + 1);
}

/** Cuts a stream at places given as shares of 2^16, some of which may be the same: pieces may be empty. */
export function* cut(stream: Buffer, places: readonly number[]): Generator<Buffer> {
  let from = 0;
  for (const place of places.map((share) => Math.floor((share * (stream.length + 1)) / 2 ** 16)).sort((a, b) => a - b)) {
    yield stream.subarray(from, place);
    from = place;
  }
  yield stream.subarray(from);
}

export const cuts = fc.array(fc.nat(2 ** 16 - 1), { maxLength: 12 });

/** Frames of few different bytes, so that delimiters and their beginnings turn up by themselves. */
export const payloads = (alphabet: string, maxLength = 12) =>
  fc.array(fc.string({ unit: fc.constantFrom(...alphabet.split('')), maxLength }), { maxLength: 12 });

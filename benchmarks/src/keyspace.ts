// What the stores hold, and the commands that put it there.
//
// A command is a pattern in the words of redis-benchmark, which writes twelve digits over each NUMBER. The same pattern fills
// a store with numbers in order and asks for them by chance, so that what is asked for is there.

import type { StoreClient } from './store-client.js';
import { encode } from './store-client.js';

export const NUMBER = '__rand_int__';
export const VALUE = 'x'.repeat(32);

export type Command = readonly string[];

export const SET_KEY: Command = ['SET', `key:${NUMBER}`, VALUE];

/** Commands that are made and sent together. */
const BATCH = 1000;

const ZERO = 0x30;

function placesOf(text: string): number[] {
  return [...text.matchAll(new RegExp(NUMBER, 'g'))].map((match) => match.index);
}

function writeDigits(bytes: Buffer, place: number, number: number): void {
  let rest = number;
  for (let digit = place + NUMBER.length - 1; digit >= place; digit--) {
    bytes[digit] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** The command with each number from `from` up to `to`, a batch in each buffer. */
export function* numbered(command: Command, from: number, to: number): Generator<Buffer> {
  const text = encode(command);
  const places = placesOf(text);
  for (let first = from; first < to; first += BATCH) {
    const count = Math.min(BATCH, to - first);
    const bytes = Buffer.from(text.repeat(count), 'latin1');
    for (let index = 0; index < count; index++) {
      for (const place of places) writeDigits(bytes, index * text.length + place, first + index);
    }
    yield bytes;
  }
}

/** Gives the store the command with each number below `count`. */
export async function fill(client: StoreClient, command: Command, count: number): Promise<void> {
  await client.pour(numbered(command, 0, count), count);
}

/** A store that is not what it should be would be measured at something else. */
export async function assertKeys(client: StoreClient, expected: number): Promise<void> {
  const keys = Number(await client.call('DBSIZE'));
  if (keys !== expected) throw new Error(`the store should hold ${expected} keys and holds ${keys}`);
}

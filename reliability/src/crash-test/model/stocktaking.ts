import { type Reply, type Request, textOf } from '../connection.js';
import type { Deed } from './deeds.js';
import { READINGS, ROW_KEYS, type Shelf } from './shelf.js';
import { type Value, agree, inWords } from './value.js';

/** What the server has of one writer. */
export interface Stock {
  /** How many keys are in the database, known or not. */
  readonly size: number;
  readonly keys: ReadonlyMap<string, Value>;
  /** The whole of it, also what others have written. */
  readonly ledger: readonly string[];
}

/** What is asked for to learn all that a database has. */
export const INVENTORY: readonly Request[] = [['DBSIZE'], ['MGET', ...ROW_KEYS], ...READINGS.flatMap(([key, reading]) => reading.requests(key))];

export function stockOf(replies: readonly Reply[], ledger: readonly string[]): Stock {
  const [size, rows, ...others] = replies;
  const keys = new Map<string, Value>();
  for (const [i, text] of (rows as Reply[]).entries()) if (text !== null) keys.set(ROW_KEYS[i]!, { text: textOf(text), deadline: -1 });
  for (const [key, reading] of READINGS) {
    const value = reading.value(others.splice(0, reading.requests(key).length));
    if (value !== undefined) keys.set(key, value);
  }
  return { size: Number(size), keys, ledger };
}

/** What a server has is nothing that it may have: some of what it has acknowledged is missing, or it has what was never written. */
export class Loss extends Error {}

/**
 * Finds out how many deeds the server has done that it has not acknowledged, and does as many to the model: all must be there that
 * were acknowledged, and of the others so many, in their order, and each as a whole. Returns the number. Error: Loss.
 */
export function takeStock(shelf: Shelf, pending: readonly Deed[], stock: Stock, writer: string): number {
  let closest = differences(shelf, stock, writer);
  const inAll = closest.length;
  for (let done = 0; closest.length > 0 && done < pending.length; ) {
    pending[done++]!.change(shelf);
    const different = differences(shelf, stock, writer);
    if (different.length === 0) return adopt(shelf, stock, done);
    if (different.length < closest.length) closest = different.map((text) => `with ${done} of ${pending.length} unacknowledged deeds: ${text}`);
  }
  if (closest.length === 0) return adopt(shelf, stock, 0);
  throw new Loss(`writer ${writer} finds ${closest.length} differences, ${inAll} to what was acknowledged\n${closest.slice(0, 8).join('\n')}`);
}

function differences(shelf: Shelf, stock: Stock, writer: string): string[] {
  const names = new Set([...shelf.keys.keys(), ...stock.keys.keys()]);
  const different = [...names].filter((key) => !same(shelf.keys.get(key), stock.keys.get(key)));
  const texts = different.map((key) => `${key} should be ${inWords(shelf.keys.get(key))}, and is ${inWords(stock.keys.get(key))}`);
  if (stock.size !== stock.keys.size) texts.push(`there are ${stock.size} keys in the database, ${stock.keys.size} of which the writer knows`);
  return [...texts, ...ledgerDifferences(shelf, stock.ledger, writer)];
}

function same(expected: Value | undefined, found: Value | undefined): boolean {
  return expected === undefined || found === undefined ? expected === found : agree(expected, found);
}

/** All that a writer has entered must be there in its order; and where the server has told the place, in that. */
function ledgerDifferences(shelf: Shelf, ledger: readonly string[], writer: string): string[] {
  const own = ledger.filter((text) => text.startsWith(`${writer}.`));
  const entries = shelf.ledger.map(({ text }) => text);
  if (!agree(entries, own)) return [`the ledger's own entries should be ${inWords(entries)}, and are ${inWords(own)}`];
  const moved = shelf.ledger.find(({ text, length }) => length !== undefined && ledger[length - 1] !== text);
  return moved === undefined ? [] : [`${moved.text} should be entry ${moved.length} of the ledger, which is ${ledger[moved.length! - 1]}`];
}

/** From now on the model knows the ids and the places, too, that the server could not tell. */
function adopt(shelf: Shelf, stock: Stock, done: number): number {
  const stamped = stock.keys.get('stamped');
  if (stamped !== undefined) shelf.keys.set('stamped', stamped);
  const places = new Map(stock.ledger.map((text, i) => [text, i + 1]));
  shelf.ledger.splice(0, Infinity, ...shelf.ledger.map(({ text }) => ({ text, length: places.get(text) })));
  return done;
}

import { HASH, LIST, type Reading, SORTED_SET, STREAM, TEXT, type Value } from './value.js';

/** An entry of the ledger, the list that all writers append to. */
export interface LedgerEntry {
  readonly text: string;
  /** How long the server has said the list was then; undefined if it could not say it any more. */
  readonly length: number | undefined;
}

const ROWS = 2000;

/** Texts without deadlines, and many, so that a snapshot takes its time. */
export const ROW_KEYS: readonly string[] = Array.from({ length: ROWS }, (_, row) => `row:${row}`);
export const TEXT_KEYS: readonly string[] = ['text', 'log', 'bulk', 'mortal', 'one', 'count'];

/** How the other keys are read. */
export const READINGS: readonly (readonly [key: string, reading: Reading])[] = [
  ...TEXT_KEYS.map((key) => [key, TEXT] as const),
  ['list', LIST],
  ['queue', LIST],
  ['hash', HASH],
  ['ranks', SORTED_SET],
  ['stream', STREAM],
  ['stamped', STREAM],
];

/** What the server should have of one writer: the whole of a database, and what is the writer's own in the ledger. */
export class Shelf {
  readonly keys = new Map<string, Value>();
  readonly ledger: LedgerEntry[] = [];

  text(key: string): string {
    const held = this.keys.get(key);
    return held !== undefined && 'text' in held ? held.text : '';
  }

  setText(key: string, text: string, deadline = -1): void {
    this.keys.set(key, { text, deadline });
  }

  /** Keeps a deadline that there is, as commands do that only change a text. */
  changeText(key: string, text: string): void {
    const held = this.keys.get(key);
    this.setText(key, text, held !== undefined && 'text' in held ? held.deadline : -1);
  }

  /** Returns how many items there are then. */
  append(key: string, item: string): number {
    const items = [...((this.keys.get(key) as string[] | undefined) ?? []), item];
    this.keys.set(key, items);
    return items.length;
  }

  /** Returns the first item, which goes, and null if there is none. */
  shift(key: string): string | null {
    const [first, ...others] = (this.keys.get(key) as string[] | undefined) ?? [];
    if (others.length > 0) this.keys.set(key, others);
    else this.keys.delete(key);
    return first ?? null;
  }

  /** Returns how many fields have come. */
  setField(key: string, field: string, text: string): number {
    const fields = new Map(this.keys.get(key) as Map<string, string> | undefined);
    const before = fields.size;
    this.keys.set(key, fields.set(field, text));
    return fields.size - before;
  }

  /** Returns how many fields have gone. */
  removeField(key: string, field: string): number {
    const fields = new Map(this.keys.get(key) as Map<string, string> | undefined);
    const removed = Number(fields.delete(field));
    if (fields.size > 0) this.keys.set(key, fields);
    else this.keys.delete(key);
    return removed;
  }

  /** Returns how many keys have gone. */
  remove(key: string): number {
    return Number(this.keys.delete(key));
  }
}

import type { KvApi } from '../embedded/kv-api.js';

/** The sections of INFO that metrics are made of. */
const SECTIONS = ['clients', 'memory', 'persistence', 'durability', 'stats', 'limits', 'keyspace'] as const;
const LIMIT = /^limit_(\w+):(\d+)/gm;
const DATABASE = /^db(\d+):keys=(\d+),expires=(\d+)/gm;

/** What there is in a database that is not empty. */
export interface DatabaseFacts {
  readonly db: string;
  readonly keys: number;
  readonly expiring: number;
}

/**
 * What INFO says, asked once for all metrics of a scrape: these are read one after the other, and the next task of the loop asks anew.
 * The numbers are those that an operator sees in redis-cli, by construction.
 */
export class Facts {
  readonly #api: KvApi<string>;
  #text: string | undefined;

  constructor(api: KvApi<string>) {
    this.#api = api;
  }

  /** As INFO has it; undefined if it has no such field. */
  text(field: string): string | undefined {
    return new RegExp(`^${field}:(.*)\r$`, 'm').exec(this.#read())?.[1];
  }

  number(field: string): number {
    return Number(this.text(field));
  }

  /** Whether what is stored is kept in a folder. */
  get isDurable(): boolean {
    return this.number('aof_enabled') === 1;
  }

  databases(): DatabaseFacts[] {
    return Array.from(this.#read().matchAll(DATABASE), ([, db = '', keys, expiring]) => ({ db, keys: Number(keys), expiring: Number(expiring) }));
  }

  /** How often each limit was met. */
  limits(): [limit: string, count: number][] {
    return Array.from(this.#read().matchAll(LIMIT), ([, limit = '', count]) => [limit, Number(count)]);
  }

  #read(): string {
    if (this.#text === undefined) {
      this.#text = this.#api.call('INFO', ...SECTIONS) as string;
      setImmediate(() => (this.#text = undefined)).unref();
    }
    return this.#text;
  }
}

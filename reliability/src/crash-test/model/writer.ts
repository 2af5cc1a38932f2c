import type { Random } from '@edgeloop/reactor/testing';
import { type Connection, Gone, type Reply, textOf } from '../connection.js';
import { type Deed, allRows, anyDeed, objection } from './deeds.js';
import { Shelf } from './shelf.js';
import { INVENTORY, Loss, stockOf, takeStock } from './stocktaking.js';

/** How many deeds are sent at once, and how many such batches are on the way. */
const MAX_BATCH = 8;
const MAX_BATCHES = 4;

/** A client of the server with a database of its own, and the account of what it was promised. It outlives its connections. */
export class Writer {
  readonly name: string;
  acknowledged = 0;
  /** Deeds that were there although nobody had heard of it, and those that were not. */
  kept = 0;
  lost = 0;
  readonly #database: number;
  readonly #shelf = new Shelf();
  readonly #pending: Deed[] = [];
  #number = 0;

  constructor(index: number) {
    this.name = `w${index}`;
    this.#database = index + 1;
  }

  /** Compares what the server has with the account. Errors: Loss; Gone. */
  async examine(connection: Connection): Promise<void> {
    const requests = [['DBSIZE'], ['LRANGE', 'ledger', '0', '-1'], ['SELECT', `${this.#database}`], ...INVENTORY];
    const [shared, ledger, , ...inventory] = await connection.call(requests);
    if (Number(shared) > 1) throw new Loss(`there are ${textOf(shared)} keys in database 0, where nothing but the ledger was written`);
    const kept = takeStock(this.#shelf, this.#pending, stockOf(inventory, ledger as string[]), this.name);
    this.kept += kept;
    this.lost += this.#pending.length - kept;
    this.#pending.length = 0;
  }

  /** Writes until the server is gone. Error: Loss, where a reply is wrong. */
  async write(connection: Connection, random: Random): Promise<void> {
    const batches = random.between(1, MAX_BATCHES);
    await Promise.all(Array.from({ length: batches }, () => this.#writeOn(connection, random)));
  }

  async #writeOn(connection: Connection, random: Random): Promise<void> {
    try {
      for (;;) await this.#writeBatch(connection, random);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    }
  }

  async #writeBatch(connection: Connection, random: Random): Promise<void> {
    const size = random.between(1, MAX_BATCH);
    await Promise.all(Array.from({ length: size }, async () => {
      const deed = this.#next(random);
      this.#pending.push(deed);
      this.#acknowledge(deed, await connection.call(deed.requests));
    }));
  }

  #next(random: Random): Deed {
    const number = ++this.#number;
    const occasion = { number, text: `${this.name}.${number}`, database: this.#database, random };
    return number === 1 ? allRows(occasion) : anyDeed(occasion);
  }

  /** Replies come in the order of the requests. */
  #acknowledge(deed: Deed, replies: readonly Reply[]): void {
    if (this.#pending.shift() !== deed) throw new Error('replies are taken in another order than they come');
    const why = objection(deed, replies, this.#shelf);
    if (why !== undefined) throw new Loss(`writer ${this.name}: ${why}`);
    this.acknowledged++;
  }
}

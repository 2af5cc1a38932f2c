import { ReplyError } from '../command/reply-error.js';
import { EmbeddedClient } from '../embedded/embedded-client.js';
import type { Store } from '../embedded/kv-api.js';
import { ReplyDecoder } from '../embedded/reply-decoder.js';
import type { Answer, Peer, Words } from './peer.js';

/**
 * A store in this process. What belongs to a connection is done here: SELECT chooses among the clients of all databases, and what
 * follows MULTI waits for EXEC; so requests that were cut off before it are not run, as in any server.
 */
export class EmbeddedPeer implements Peer {
  readonly name: string;
  readonly #store: Store;
  /** By database, for those that were selected. */
  readonly #clients = new Map<number, EmbeddedClient>();
  readonly #decoder = new ReplyDecoder<Buffer>((bytes) => Buffer.from(bytes));
  #database = 0;
  #transaction: Words[] | undefined;

  constructor(name: string, store: Store) {
    this.name = name;
    this.#store = store;
    this.#select(0);
  }

  call(requests: readonly Words[]): Promise<Answer[]> {
    return Promise.resolve(requests.map((request) => this.#answer(request)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer(request: Words): Answer {
    const name = String(request[0]).toUpperCase();
    if (name === 'EXEC') return this.#execute();
    if (name === 'DISCARD') return this.#discard();
    if (name === 'MULTI' && this.#transaction === undefined) return this.#begin();
    if (this.#transaction === undefined) return this.#run(request, name);
    this.#transaction.push(request);
    return 'QUEUED';
  }

  #begin(): Answer {
    this.#transaction = [];
    return 'OK';
  }

  #execute(): Answer {
    const requests = this.#transaction;
    this.#transaction = undefined;
    if (requests === undefined) return new ReplyError('ERR EXEC without MULTI');
    return requests.map((request) => this.#run(request, String(request[0]).toUpperCase()));
  }

  #discard(): Answer {
    const isOpen = this.#transaction !== undefined;
    this.#transaction = undefined;
    return isOpen ? 'OK' : new ReplyError('ERR DISCARD without MULTI');
  }

  #run(request: Words, name: string): Answer {
    if (name === 'SELECT') return this.#select(Number(request[1]));
    try {
      return this.#decoder.decode((this.#clients.get(this.#database) as EmbeddedClient).send(request));
    } catch (error) {
      if (error instanceof ReplyError) return error;
      throw error;
    }
  }

  #select(index: number): Answer {
    const { server, registry } = this.#store;
    if (server.keyspace.databases[index] === undefined) return new ReplyError('ERR DB index is out of range');
    if (!this.#clients.has(index)) this.#clients.set(index, new EmbeddedClient(server, registry, index));
    this.#database = index;
    return 'OK';
  }
}

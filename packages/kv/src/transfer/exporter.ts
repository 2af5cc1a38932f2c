import { ReplyError } from '../command/reply-error.js';
import { type Answer, ask, fieldsOf, orThrow, type Peer, textOf, type Words } from './peer.js';
import { RequestWriter } from './request-writer.js';
import { streamRequests } from './stream-requests.js';
import { firstPiece, pieceRequests } from './value-pieces.js';

/** Keys that are read at once. */
const BATCH_KEYS = 100;
const FLUSH_BYTES = 64 * 1024;
const MAX_ATTEMPTS = 4;
/** A key that others delete, or make one of another type, while it is read. */
const CHANGED = /^WRONGTYPE|^NOGROUP|no such key/;
/** As PEXPIRETIME and PTTL have it. */
const NO_KEY = -2;

/** A key, and the request that begins to read it. */
interface Opening {
  readonly key: Buffer;
  readonly type: string;
  readonly first: Words;
}

/** What an export has come to. */
export interface ExportTally {
  keys: number;
  /** Keys that there were when it began. */
  expectedKeys: number;
  databases: number;
  functionLibraries: number;
  bytes: number;
  /** Why keys were left out, a line for each. */
  readonly omissions: string[];
}

/**
 * Reads all that a peer stores, by commands that any Redis since version 5 has, and writes requests that make the same again, in
 * whatever server. It holds a batch of keys, or one piece of a large one. What changes meanwhile is exported as it was before or
 * after, each key for itself.
 */
export class Exporter {
  readonly tally: ExportTally = { keys: 0, expectedKeys: 0, databases: 0, functionLibraries: 0, bytes: 0, omissions: [] };
  readonly #peer: Peer;
  readonly #write: (bytes: Buffer) => Promise<void>;
  readonly #writer = new RequestWriter();
  /** Redis 7 tells when a key expires, older ones how long that takes. */
  #knowsExpireTime = true;

  /** `write` resolves when there may be more. */
  constructor(peer: Peer, write: (bytes: Buffer) => Promise<void>) {
    this.#peer = peer;
    this.#write = write;
  }

  /** Exports one database, or all of them. Errors: ReplyError, where the peer refuses what it is asked; ProgramError; those of `write`. */
  async run(only?: number): Promise<void> {
    this.#knowsExpireTime = await this.#knows('PEXPIRETIME', '');
    const databases = await this.#databases(only);
    this.tally.expectedKeys = databases.reduce((sum, { keys }) => sum + keys, 0);
    if (await this.#knows('FUNCTION', 'LIST')) await this.#exportFunctions();
    for (const { index } of databases) await this.#exportDatabase(index);
    await this.#flush();
  }

  async #knows(...request: Words): Promise<boolean> {
    const [answer] = await this.#peer.call([request]);
    if (!(answer instanceof ReplyError)) return true;
    if (!answer.message.startsWith('ERR unknown command')) throw answer;
    return false;
  }

  async #databases(only: number | undefined): Promise<{ readonly index: number; readonly keys: number }[]> {
    const info = textOf(await ask(this.#peer, 'INFO', 'keyspace'));
    const databases = [...info.matchAll(/^db(\d+):keys=(\d+)/gm)].map(([, index, keys]) => ({ index: Number(index), keys: Number(keys) }));
    return only === undefined ? databases : databases.filter(({ index }) => index === only);
  }

  async #exportFunctions(): Promise<void> {
    for (const library of (await ask(this.#peer, 'FUNCTION', 'LIST', 'WITHCODE')) as readonly Answer[]) {
      await this.#request(['FUNCTION', 'LOAD', 'REPLACE', fieldsOf(library).get('library_code') as Buffer]);
      this.tally.functionLibraries++;
    }
  }

  async #exportDatabase(index: number): Promise<void> {
    await ask(this.#peer, 'SELECT', index);
    await this.#request(['SELECT', index]);
    this.tally.databases++;
    let cursor = '0';
    do {
      const [next, keys] = (await ask(this.#peer, 'SCAN', cursor, 'COUNT', BATCH_KEYS)) as readonly [Buffer, readonly Buffer[]];
      await this.#exportKeys(keys);
      cursor = String(next);
    } while (cursor !== '0');
  }

  async #exportKeys(keys: readonly Buffer[]): Promise<void> {
    let open = keys;
    for (let attempt = 0; open.length > 0 && attempt < MAX_ATTEMPTS; attempt++) {
      open = await this.#tryToExport(open);
      // A part of them may have been written.
      for (const key of open) await this.#request(['DEL', key]);
    }
    for (const key of open) this.#omit(key, 'changed its type whenever it was read');
  }

  /** Returns the keys that changed while they were read. */
  async #tryToExport(keys: readonly Buffer[]): Promise<Buffer[]> {
    const found = await this.#openings(keys);
    const deadline = this.#knowsExpireTime ? 'PEXPIRETIME' : 'PTTL';
    const answers = await this.#peer.call(found.flatMap(({ key, first }) => [first, [deadline, key]]));
    const changed: Buffer[] = [];
    for (const [i, { key, type }] of found.entries()) {
      const isDone = await this.#exportKey(key, type, answers[2 * i] as Answer, orThrow(answers[2 * i + 1] as Answer) as number);
      if (!isDone) changed.push(key);
    }
    return changed;
  }

  /** The keys that are there, with what begins to read them. */
  async #openings(keys: readonly Buffer[]): Promise<Opening[]> {
    const types = await this.#peer.call(keys.map((key) => ['TYPE', key]));
    return keys.flatMap((key, i) => {
      const type = textOf(orThrow(types[i] as Answer));
      const first = type === 'stream' ? ['XINFO', 'STREAM', key] : firstPiece(type, key);
      if (first !== undefined) return [{ key, type, first }];
      if (type !== 'none') this.#omit(key, `is of type ${type}, which comes from a module`);
      return [];
    });
  }

  async #exportKey(key: Buffer, type: string, answer: Answer, expiry: number): Promise<boolean> {
    if (expiry === NO_KEY) return true;
    try {
      const requests = type === 'stream' ? streamRequests(this.#peer, key, orThrow(answer)) : pieceRequests(this.#peer, type, key, answer);
      for await (const request of requests) await this.#request(request);
    } catch (error) {
      if (error instanceof ReplyError && CHANGED.test(error.message)) return false;
      throw error;
    }
    // The last request of a key, so that it is whole until then, however late it is loaded.
    if (expiry >= 0) await this.#request(['PEXPIREAT', key, this.#knowsExpireTime ? expiry : Date.now() + expiry]);
    this.tally.keys++;
    return true;
  }

  #omit(key: Buffer, why: string): void {
    this.tally.omissions.push(`${JSON.stringify(key.toString())} ${why}`);
  }

  #request(words: Words): Promise<void> | undefined {
    this.#writer.write(words);
    return this.#writer.length < FLUSH_BYTES ? undefined : this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = this.#writer.take();
    this.tally.bytes += bytes.length;
    if (bytes.length > 0) await this.#write(bytes);
  }
}

import { ReplyError } from '../command/reply-error.js';
import type { Answer, Peer } from './peer.js';
import { type NumberedRequest, RequestStream } from './request-stream.js';

/** Requests that are sent together, and how many such batches may be under way: enough that neither side waits for the other. */
const BATCH_REQUESTS = 500;
const BATCHES_UNDER_WAY = 4;
const SHOWN_NAME_BYTES = 30;
const MAX_FAILURES = 10;

/** They concern a connection and no data, and after some of them answers could not be told apart. */
const REFUSED = new Set([
  'AUTH', 'CLIENT', 'HELLO', 'MONITOR', 'PSUBSCRIBE', 'PSYNC', 'PUNSUBSCRIBE', 'QUIT', 'REPLCONF', 'RESET', 'SHUTDOWN', 'SSUBSCRIBE',
  'SUBSCRIBE', 'SUNSUBSCRIBE', 'SYNC', 'UNSUBSCRIBE',
]);

/** What an import has come to. */
export interface ImportTally {
  requests: number;
  bytes: number;
  failed: number;
  /** The first ones, a line for each. */
  readonly failures: string[];
}

/** Runs the requests of an input against a peer. A request that fails does not keep the following ones from being run. */
export class Importer {
  readonly tally: ImportTally = { requests: 0, bytes: 0, failed: 0, failures: [] };
  readonly #peer: Peer;
  readonly #stream = new RequestStream();
  readonly #underWay: Promise<void>[] = [];

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Error: ProgramError, for an input that is cut off or no input, once all is done that came before. */
  async run(input: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of input) {
        this.tally.bytes += chunk.length;
        await this.#runAll(this.#stream.push(chunk));
      }
      this.#stream.end();
    } finally {
      await Promise.all(this.#underWay);
    }
  }

  async #runAll(requests: readonly NumberedRequest[]): Promise<void> {
    for (let i = 0; i < requests.length; i += BATCH_REQUESTS) {
      if (this.#underWay.length === BATCHES_UNDER_WAY) await this.#underWay.shift();
      const batch = this.#runBatch(requests.slice(i, i + BATCH_REQUESTS));
      // It may fail before somebody waits for it.
      batch.catch(() => {});
      this.#underWay.push(batch);
    }
  }

  async #runBatch(batch: readonly NumberedRequest[]): Promise<void> {
    const requests = batch.filter((request) => !this.#refuses(request));
    const answers = await this.#peer.call(requests.map(({ words }) => words));
    for (const [i, request] of requests.entries()) this.#judge(request, answers[i] as Answer);
    this.tally.requests += batch.length;
  }

  #refuses(request: NumberedRequest): boolean {
    if (!REFUSED.has(String(request.words[0]).toUpperCase())) return false;
    this.#fail(request, 'is for connections, and has no place in data');
    return true;
  }

  /** The answer to EXEC has those to all requests of the transaction. */
  #judge(request: NumberedRequest, answer: Answer): void {
    const error = Array.isArray(answer) ? (answer as Answer[]).find((one) => one instanceof ReplyError) : answer;
    if (error instanceof ReplyError) this.#fail(request, error.message);
  }

  #fail({ number, words }: NumberedRequest, why: string): void {
    this.tally.failed++;
    if (this.tally.failures.length === MAX_FAILURES) return;
    const shown = words.slice(0, 2).map((word) => JSON.stringify(word.toString('utf8', 0, SHOWN_NAME_BYTES)).slice(1, -1));
    this.tally.failures.push(`request ${number} (${shown.join(' ')}): ${why}`);
  }
}

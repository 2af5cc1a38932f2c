import { once } from 'node:events';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { type InboxAddress, type InboxHandle, type Outbox, type Reactor, openOutbox } from '@edgeloop/reactor';
import { holds } from '../../waiting.js';

const POST_EVERY_MS = 5;
const POSTED_AT_ONCE = 40;

/** What the thread posts: numbers in their order, and requests that it has reversed. */
type Message = { readonly number: number } | { readonly id: number; readonly reply: Uint8Array };

/** What the thread is told. */
type Order = { readonly begin: InboxAddress } | { readonly reverse: Uint8Array; readonly id: number } | { readonly end: true };

/**
 * A thread that posts to an inbox of the loop while a cycle lasts: numbers, each of which has to come once and in order, and
 * the answers to requests. The inbox is opened anew for each cycle, as both its ends have to be given back.
 */
export class Poster {
  readonly #worker: Worker;
  readonly #requests = new Map<number, (reply: Buffer) => void>();
  #inbox: InboxHandle<Message> | undefined;
  #problems: string[] = [];
  #received = 0;
  #posted = 0;
  #ended = false;
  #asked = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (posted: number) => {
      this.#posted = posted;
      this.#ended = true;
    });
  }

  /** Resolves when the thread has loaded all that it needs: later on there may be no descriptors to read it with. */
  static async start(): Promise<Poster> {
    const worker = new Worker(new URL(import.meta.url));
    await once(worker, 'message');
    return new Poster(worker);
  }

  begin(reactor: Reactor): void {
    [this.#problems, this.#received, this.#ended] = [[], 0, false];
    this.#inbox = reactor.openInbox<Message>((message) => this.#receive(message));
    const address = this.#inbox.address();
    this.#worker.postMessage({ begin: address } satisfies Order, [address.port]);
  }

  reverse(request: Buffer): Promise<Buffer> {
    const id = ++this.#asked;
    this.#worker.postMessage({ reverse: request, id } satisfies Order);
    return new Promise((resolve) => this.#requests.set(id, resolve));
  }

  /** Resolves when all that was posted has come: with what went wrong. */
  async end(): Promise<string[]> {
    this.#worker.postMessage({ end: true } satisfies Order);
    const complete = await holds(() => this.#ended && this.#received === this.#posted && this.#requests.size === 0);
    this.#inbox?.close();
    if (complete) return this.#problems;
    const what = `the inbox got ${this.#received} of ${this.#posted} messages, and ${this.#requests.size} requests to the thread have no answer`;
    return [...this.#problems, what];
  }

  #receive(message: Message): void {
    if ('number' in message) {
      if (message.number !== this.#received) this.#problems.push(`the inbox got message ${message.number} when ${this.#received} was next`);
      this.#received++;
      return;
    }
    this.#requests.get(message.id)?.(Buffer.from(message.reply));
    this.#requests.delete(message.id);
  }
}

/** The thread. */
function post(): void {
  let outbox: Outbox<Message> | undefined;
  let number = 0;
  const timer = setInterval(() => {
    if (outbox === undefined) return;
    for (let i = 0; i < POSTED_AT_ONCE; i++) outbox.post({ number: number++ });
  }, POST_EVERY_MS);
  parentPort?.once('close', () => clearInterval(timer));
  parentPort?.on('message', (order: Order) => {
    if ('begin' in order) {
      outbox = openOutbox(order.begin);
      number = 0;
    } else if ('reverse' in order) {
      order.reverse.subarray(1).reverse();
      outbox?.post({ id: order.id, reply: order.reverse });
    } else {
      outbox?.close();
      outbox = undefined;
      parentPort?.postMessage(number);
    }
  });
  parentPort?.postMessage('ready');
}

if (!isMainThread) post();

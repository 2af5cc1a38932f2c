import type { Call } from '../command/call.js';
import type { Registry } from '../catalogue/registry.js';
import { ReplyError } from '../command/reply-error.js';
import type { Server } from '../server/server.js';
import { type Argument, EmbeddedClient } from './embedded-client.js';
import { type Reply, ReplyDecoder } from './reply-decoder.js';
import { type SetOptions, setArguments } from './set-options.js';
import { type MessageListener, type Subscription, subscribe } from './subscription.js';

/** What an api belongs to. */
export interface Store {
  readonly server: Server;
  readonly registry: Registry<Call>;
}

/**
 * The store for the program that it is embedded in: `reactor.use(kv).api`. Each call is a command, with the arguments and the result that
 * Redis gives it; it is done when it returns, and clients that watch, wait for or track a key hear of it at once. Calls that
 * follow each other without an `await` between are a transaction: nothing comes between them.
 *
 * `Text` is what strings in replies are: text in UTF-8, or buffers for what is no text, in `asBuffers`. What is missing is null.
 * Errors of all calls: ReplyError, with the message that a client would get; EL_DATA_INVALID for what is no argument.
 */
export class KvApi<Text> {
  readonly #store: Store;
  readonly #client: EmbeddedClient;
  readonly #decoder: ReplyDecoder<Text>;

  constructor(store: Store, client: EmbeddedClient, textOf: (bytes: Buffer) => Text) {
    this.#store = store;
    this.#client = client;
    this.#decoder = new ReplyDecoder(textOf);
  }

  /** An api whose results are strings. */
  static of(store: Store, database = 0): KvApi<string> {
    return new KvApi(store, new EmbeddedClient(store.server, store.registry, database), (bytes) => bytes.toString());
  }

  /** The same database, with buffers where results are strings. */
  get asBuffers(): KvApi<Buffer> {
    return new KvApi(this.#store, this.#client, (bytes) => Buffer.from(bytes));
  }

  /** The api of another database, as SELECT chooses one. */
  database(index: number): KvApi<string> {
    return KvApi.of(this.#store, index);
  }

  /** Runs any command that needs no connection of its own: `call('ZADD', 'scores', 'GT', 5, 'ann')`. One that would wait gives up at once. */
  call(name: string, ...args: readonly Argument[]): Reply<Text> {
    return this.#run([name, ...args]);
  }

  // --- Strings

  get(key: Argument): Text | null {
    return this.#run(['GET', key]) as Text | null;
  }

  /** Returns false if `ifMissing` or `ifPresent` has kept it from doing so. */
  set(key: Argument, value: Argument, options: SetOptions = {}): boolean {
    return this.#run(['SET', key, value, ...setArguments(options)]) !== null;
  }

  incrBy(key: Argument, increment = 1): number {
    return this.#number(['INCRBY', key, increment]);
  }

  mget(...keys: readonly Argument[]): (Text | null)[] {
    return this.#run(['MGET', ...keys]) as (Text | null)[];
  }

  mset(values: Readonly<Record<string, Argument>>): void {
    this.#run(['MSET', ...Object.entries(values).flat()]);
  }

  // --- Keys

  /** Returns how many there were. */
  del(...keys: readonly Argument[]): number {
    return this.#number(['DEL', ...keys]);
  }

  exists(...keys: readonly Argument[]): number {
    return this.#number(['EXISTS', ...keys]);
  }

  /** Returns false if there is no such key. */
  expire(key: Argument, seconds: number): boolean {
    return this.#number(['EXPIRE', key, seconds]) === 1;
  }

  /** Seconds; -1 without a deadline, -2 without a key. */
  ttl(key: Argument): number {
    return this.#number(['TTL', key]);
  }

  // --- Hashes

  hget(key: Argument, field: Argument): Text | null {
    return this.#run(['HGET', key, field]) as Text | null;
  }

  /** Returns how many fields are new. */
  hset(key: Argument, fields: Readonly<Record<string, Argument>>): number {
    return this.#number(['HSET', key, ...Object.entries(fields).flat()]);
  }

  /** The names of fields are text here, whatever the values are. */
  hgetall(key: Argument): Record<string, Text> {
    const fields = this.#run(['HGETALL', key]) as ReadonlyMap<Text, Text>;
    return Object.fromEntries(Array.from(fields, ([field, value]) => [String(field), value]));
  }

  hdel(key: Argument, ...fields: readonly Argument[]): number {
    return this.#number(['HDEL', key, ...fields]);
  }

  // --- Lists

  lpush(key: Argument, ...values: readonly Argument[]): number {
    return this.#number(['LPUSH', key, ...values]);
  }

  rpush(key: Argument, ...values: readonly Argument[]): number {
    return this.#number(['RPUSH', key, ...values]);
  }

  lpop(key: Argument): Text | null {
    return this.#run(['LPOP', key]) as Text | null;
  }

  rpop(key: Argument): Text | null {
    return this.#run(['RPOP', key]) as Text | null;
  }

  /** Both ends are included; negative ones count from the end. */
  lrange(key: Argument, start = 0, stop = -1): Text[] {
    return this.#run(['LRANGE', key, start, stop]) as Text[];
  }

  // --- Sets

  sadd(key: Argument, ...members: readonly Argument[]): number {
    return this.#number(['SADD', key, ...members]);
  }

  srem(key: Argument, ...members: readonly Argument[]): number {
    return this.#number(['SREM', key, ...members]);
  }

  smembers(key: Argument): Text[] {
    return this.#run(['SMEMBERS', key]) as Text[];
  }

  sismember(key: Argument, member: Argument): boolean {
    return this.#number(['SISMEMBER', key, member]) === 1;
  }

  // --- Sorted sets

  /** Scores by member. Returns how many members are new. */
  zadd(key: Argument, scores: Readonly<Record<string, number>>): number {
    return this.#number(['ZADD', key, ...Object.entries(scores).flatMap(([member, score]) => [scoreText(score), member])]);
  }

  /** By rank, in the order of the scores; both ends are included. */
  zrange(key: Argument, start = 0, stop = -1): Text[] {
    return this.#run(['ZRANGE', key, start, stop]) as Text[];
  }

  zscore(key: Argument, member: Argument): number | null {
    return this.#run(['ZSCORE', key, member]) as number | null;
  }

  // --- Durability

  /**
   * Resolves when all that was done so far would survive a power loss, whatever `appendfsync` says. At once for a store that is in memory only, which
   * survives none.
   */
  async synced(): Promise<void> {
    await this.#store.server.durability?.secured();
  }

  // --- Messages

  /** Returns how many get it. */
  publish(channel: Argument, message: Argument): number {
    return this.#number(['PUBLISH', channel, message]);
  }

  subscribe(channel: string, listener: MessageListener<Text>): Subscription {
    return subscribe(this.#store.server, 'channel', Buffer.from(channel), this.#decoder, listener);
  }

  /** For all channels whose names match. */
  psubscribe(pattern: string, listener: MessageListener<Text>): Subscription {
    return subscribe(this.#store.server, 'pattern', Buffer.from(pattern), this.#decoder, listener);
  }

  #number(args: readonly Argument[]): number {
    return this.#run(args) as number;
  }

  /** They are not spread over parameters, of which there can be fewer than a request may have. */
  #run(args: readonly Argument[]): Reply<Text> {
    const reply = this.#decoder.decode(this.#client.send(args));
    if (reply instanceof ReplyError) throw reply;
    return reply;
  }
}

/** Redis knows infinities by another name. */
function scoreText(score: number): string {
  return String(score).replace('Infinity', 'inf');
}

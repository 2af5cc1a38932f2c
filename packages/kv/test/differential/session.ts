/** One server going through one sequence: fresh connections, an empty keyspace, and a reply for each step. */
import { type Address, RespClient } from '../support/resp-client.js';
import type { Aggregate, Leaf, Reply } from '../support/resp-decoder.js';
import { CURSOR, PAYLOAD, type Step, connectionOfId } from './sequence.js';

const MARKER = 'marker-of-the-differential-test';
const MAX_SCANS = 10_000;
const MAX_BATCH = 64;
const NOTHING: Reply = { type: 'array', items: [] };

/** The settings that a server starts with. */
export const DEFAULTS: readonly (readonly string[])[] = Object.entries({
  'maxmemory-policy': 'noeviction', maxmemory: '0', 'notify-keyspace-events': '', 'hash-max-listpack-entries': '128', 'hash-max-listpack-value': '64',
  'zset-max-listpack-entries': '128', 'zset-max-listpack-value': '64', 'set-max-intset-entries': '512', 'list-max-listpack-size': '-2',
  'stream-node-max-entries': '100', 'hll-sparse-max-bytes': '3000', 'slowlog-log-slower-than': '-1', 'slowlog-max-len': '128',
  timeout: '0', 'tcp-keepalive': '300', 'lfu-log-factor': '10', 'busy-reply-threshold': '5000',
}).map(([name, value]) => ['CONFIG', 'SET', name, value]);

/** Commands that put a server back into the state it started in. What a server does not know of them it cannot have changed. */
const RESET: readonly (readonly string[])[] = [
  ['DEBUG', 'SET-ACTIVE-EXPIRE', '1'], ['FLUSHALL'], ['SCRIPT', 'FLUSH'], ['FUNCTION', 'FLUSH'], ['ACL', 'DELUSER', 'somebody'], ['ACL', 'LOG', 'RESET'],
  ...DEFAULTS, ['SLOWLOG', 'RESET'], ['CONFIG', 'RESETSTAT'],
];

export interface Circumstances {
  /** How long a reply may take before it counts as missing. */
  readonly patienceMs: number;
  /** Whether the odd connections may ask for RESP3. */
  readonly isResp3: boolean;
}

/** Owns its connections; close() frees them. */
export class Session {
  private readonly clients = new Map<number, RespClient>();
  private readonly ids = new Map<number, string>();
  private payload = '';

  constructor(private readonly address: Address, private readonly circumstances: Circumstances) {}

  /** Empties the server and runs the steps. Replies are in the order of the steps; after one that is missing, all are. */
  async run(steps: readonly Step[]): Promise<Reply[]> {
    const client = await this.client(0);
    await client.pipeline(RESET);
    const replies: Reply[] = [];
    for (const batch of batches(steps)) replies.push(...(await this.runBatch(batch)));
    return replies;
  }

  /** What is left of the pushes on each connection, after one more exchange that lets those under way arrive. */
  async pushes(): Promise<Reply[]> {
    const left: Reply[] = [];
    for (const [, client] of [...this.clients].sort(([one], [other]) => one - other)) {
      await client.pipeline([['PING', MARKER]], this.circumstances.patienceMs);
      left.push({ type: 'array', items: client.pushes.splice(0) });
    }
    return left;
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  /** A client on a connection that no step has used. */
  async ownClient(): Promise<RespClient> {
    return this.client(-2);
  }

  private async client(connection: number): Promise<RespClient> {
    const known = this.clients.get(connection);
    if (known !== undefined) return known;
    const client = await RespClient.connect(this.address);
    this.clients.set(connection, client);
    const isResp3 = connection % 2 === 1 && this.circumstances.isResp3;
    const replies = await client.pipeline([...(isResp3 ? [['HELLO', '3']] : []), ['CLIENT', 'ID']]);
    this.ids.set(connection, (replies.at(-1) as Leaf).value);
    return client;
  }

  private async runBatch(batch: readonly Step[]): Promise<readonly Reply[]> {
    const [first] = batch as [Step];
    await this.connectNamed(batch);
    const client = await this.client(first.connection);
    switch (first.mode) {
      case 'stream': case 'listen': return [await this.stream(client, first)];
      case 'scan': return [await this.scan(client, first)];
      case 'dump': return [await this.dump(client, first)];
      case 'last': return this.exchangeLast(client, first);
      case 'later': return [await this.block(client, first)];
      case 'collect': return this.receive(client, 1);
      default: return this.exchange(client, batch);
    }
  }

  private async exchange(client: RespClient, batch: readonly Step[]): Promise<Reply[]> {
    client.send(batch.map((step) => this.filledIn(step)));
    const replies = await this.receive(client, batch.filter(({ mode }) => mode !== 'silent').length);
    let next = 0;
    return batch.map(({ mode }) => (mode === 'silent' ? NOTHING : (replies[next++] as Reply)));
  }

  /** Whoever is named by an id has to be there. */
  private async connectNamed(batch: readonly Step[]): Promise<void> {
    const named = batch.flatMap(({ args }) => args.map(connectionOfId)).filter((connection) => connection !== undefined);
    for (const connection of named) await this.client(connection);
  }

  private filledIn({ args }: Step): readonly string[] {
    return args.map((argument) => (argument === PAYLOAD ? this.payload : this.ids.get(connectionOfId(argument) ?? Number.NaN) ?? argument));
  }

  private async exchangeLast(client: RespClient, step: Step): Promise<Reply[]> {
    const replies = await this.exchange(client, [step]);
    client.close();
    this.clients.delete(step.connection);
    return replies;
  }

  private receive(client: RespClient, count: number): Promise<Reply[]> {
    return client.receive(count, this.circumstances.patienceMs);
  }

  private async stream(client: RespClient, step: Step): Promise<Reply> {
    client.send([this.filledIn(step), ['PING', MARKER]]);
    const items: Reply[] = [];
    for (let isOver = false; !isOver; ) {
      const [reply] = (await this.receive(client, 1)) as [Reply];
      isOver = isMarker(reply) || reply.type === 'missing';
      if (!isMarker(reply)) items.push(reply);
    }
    return { type: 'array', items: [...items, ...client.pushes.splice(0)] };
  }

  /** All elements of a whole scan, each once: a scan may return one twice, in either server at other times. */
  private async scan(client: RespClient, step: Step): Promise<Reply> {
    const width = /^[hz]/i.test(step.args[0] as string) ? 2 : 1;
    const elements = new Map<string, Reply>();
    let cursor = '0';
    for (let scans = 0; scans < MAX_SCANS; scans++) {
      client.send([step.args.map((argument) => (argument === CURSOR ? cursor : argument))]);
      const [reply] = (await this.receive(client, 1)) as [Reply];
      if (!('items' in reply)) return reply;
      const [next, page] = reply.items as [Leaf, Aggregate];
      for (const element of chunks(page.items, width)) elements.set(JSON.stringify(element), { type: 'array', items: element });
      cursor = next.value;
      if (cursor === '0') return { type: 'set', items: [...elements.keys()].sort().map((text) => elements.get(text) as Reply) };
    }
    return { type: 'missing', value: `the scan had no end after ${MAX_SCANS} calls` };
  }

  private async dump(client: RespClient, step: Step): Promise<Reply> {
    const [reply] = (await this.exchange(client, [step])) as [Reply];
    this.payload = reply.type === 'bulk' ? reply.value : '';
    // The payload itself is each server's own affair.
    return reply.type === 'bulk' ? { type: 'bulk', value: '' } : reply;
  }

  /** Both commands leave in one write, so the server has seen the second one when the first is answered. */
  private async block(client: RespClient, step: Step): Promise<Reply> {
    client.send([['PING', MARKER], this.filledIn(step)]);
    const [reply] = (await this.receive(client, 1)) as [Reply];
    return reply;
  }
}

function isMarker(reply: Reply): boolean {
  if ('items' in reply) return reply.items.length === 2 && isMarker(reply.items[1] as Reply);
  return reply.value === MARKER;
}

export function chunks<T>(list: readonly T[], width: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / width) }, (_, i) => list.slice(i * width, (i + 1) * width));
}

/** Neighbours on one connection travel in one write, except those whose replies must be told apart. */
function* batches(steps: readonly Step[]): Generator<Step[]> {
  let batch: Step[] = [];
  for (const step of steps) {
    const isAlone = step.mode !== undefined && step.mode !== 'silent';
    const joins = !isAlone && batch[0]?.connection === step.connection && batch.length < MAX_BATCH;
    if (!joins && batch.length > 0) {
      yield batch;
      batch = [];
    }
    if (isAlone) yield [step];
    else batch.push(step);
  }
  if (batch.length > 0) yield batch;
}

/** A redis-server that lives as long as a test: the judge of what Redis does. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

export type Reply = Buffer | number | null | Error | Reply[];
export type Command = readonly (Uint8Array | string | number)[];

const CR = 0x0d;

/** Starts redis-server with nothing in it and connects to it. */
export async function startRedis(t: Test): Promise<ThrowawayRedis> {
  // Not the test's own directory: the path of a socket must not be longer than 107 bytes.
  const directory = mkdtempSync(join(tmpdir(), 'edgeloop-kv-'));
  const path = join(directory, 'redis.sock');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--dir', directory]);
  const ended = once(server, 'close');
  t.teardown(async () => {
    server.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true });
  });
  await listening(server);
  const socket = connect(path);
  await once(socket, 'connect');
  t.teardown(() => socket.destroy());
  return new ThrowawayRedis(socket);
}

async function listening(server: ChildProcessWithoutNullStreams): Promise<void> {
  let log = '';
  server.stdout.on('data', (chunk: Buffer) => (log += String(chunk)));
  while (!log.includes('accept connections at')) {
    await Promise.race([once(server.stdout, 'data'), once(server, 'exit')]);
    if (server.exitCode !== null) throw new Error(`redis-server did not start: ${log}`);
  }
}

/** Commands sent together, whose replies are awaited as one. */
interface Batch {
  readonly replies: Reply[];
  readonly size: number;
  readonly resolve: (replies: Reply[]) => void;
}

/** Sends commands and resolves with their replies, as RESP2 gives them. */
export class ThrowawayRedis {
  readonly #socket: Socket;
  readonly #batches: Batch[] = [];
  #received: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  async call(...command: Command): Promise<Reply> {
    return (await this.pipeline([command]))[0] as Reply;
  }

  pipeline(commands: readonly Command[]): Promise<Reply[]> {
    this.#socket.write(Buffer.concat(commands.flatMap(encode)));
    return new Promise((resolve) => this.#batches.push({ replies: [], size: commands.length, resolve }));
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      this.#at = 0;
      const reply = this.#parse();
      if (reply === undefined) return;
      this.#received = this.#received.subarray(this.#at);
      this.#deliver(reply);
    }
  }

  #deliver(reply: Reply): void {
    const batch = this.#batches[0] as Batch;
    if (batch.replies.push(reply) < batch.size) return;
    this.#batches.shift();
    batch.resolve(batch.replies);
  }

  /** The reply at `#at`, which moves behind it; undefined if it is not there as a whole. */
  #parse(): Reply | undefined {
    const lineEnd = this.#received.indexOf(CR, this.#at);
    if (lineEnd < 0 || lineEnd + 1 >= this.#received.length) return undefined;
    const line = this.#received.subarray(this.#at, lineEnd);
    this.#at = lineEnd + 2;
    const rest = line.subarray(1);
    const kind = String.fromCharCode(line[0] as number);
    if (kind === '-') return new Error(String(rest));
    if (kind === ':') return Number(rest);
    if (kind === '+') return Buffer.from(rest);
    if (Number(rest) < 0) return null;
    return kind === '$' ? this.#parseBulk(Number(rest)) : this.#parseArray(Number(rest));
  }

  #parseBulk(length: number): Buffer | undefined {
    if (this.#at + length + 2 > this.#received.length) return undefined;
    const bulk = Buffer.from(this.#received.subarray(this.#at, this.#at + length));
    this.#at += length + 2;
    return bulk;
  }

  #parseArray(length: number): Reply[] | undefined {
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.#parse();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}

function encode(command: Command): Uint8Array[] {
  const parts = command.map((part) => (part instanceof Uint8Array ? part : Buffer.from(String(part))));
  return [Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')])];
}

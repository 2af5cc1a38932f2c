/** The command edgeloop-kv with a data folder, a client that keeps account of what was acknowledged, and faults of its disk. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Outcome, Program } from './program.js';
import type { Reply } from './resp-decoder.js';
import { RespClient } from './resp-client.js';

const COMMAND = fileURLToPath(new URL('../../../bin/edgeloop-kv.mjs', import.meta.url));

/** The time limit of the test is shorter. */
const PATIENCE_MS = 120_000;

/** What starts a server on a folder: the program, and its arguments. */
export function serverCommand(folder: string, ...options: readonly string[]): string[] {
  return [process.execPath, COMMAND, 'server', '0', '--dir', folder, '--log-level', 'error', ...options];
}

/** Runs a server that is expected not to come up. It is ended if it does. */
export async function refused(t: Test, ...[program, ...args]: string[]): Promise<Outcome> {
  const running = new Program(t, program as string, args);
  void running.printed(/redis-cli/).then(() => running.stop(), () => {});
  return running.outcome;
}

/** A server that is up. What was acknowledged outlives it, for the next one on the same folder. */
export class StoredServer {
  readonly program: Program;
  readonly acknowledged: Map<string, string>;
  readonly #t: Test;
  readonly #port: number;
  #client: RespClient;

  private constructor(t: Test, program: Program, port: number, client: RespClient, acknowledged: Map<string, string>) {
    this.#t = t;
    this.program = program;
    this.#port = port;
    this.#client = client;
    this.acknowledged = acknowledged;
  }

  static async start(t: Test, folder: string, policy: string, acknowledged = new Map<string, string>()): Promise<StoredServer> {
    const [program, ...args] = serverCommand(folder, '--appendfsync', policy);
    const running = new Program(t, program as string, args);
    const [, port] = await running.printed(/^key-value server on \S+:(\d+),/);
    return new StoredServer(t, running, Number(port), await connected(t, Number(port)), acknowledged);
  }

  /** Sends a command, and returns the reply's text; of a connection that was closed the reason. Then there is another one, if the server is up. */
  async ask(...command: string[]): Promise<string> {
    const [reply] = await this.#client.pipeline([command], PATIENCE_MS);
    if (!this.#client.isOpen && this.program.process.exitCode === null) this.#client = await connected(this.#t, this.#port).catch(() => this.#client);
    return textOf(reply);
  }

  /** Sets a key, notes that if it is acknowledged, and returns the answer. */
  async set(key: string, value: string): Promise<string> {
    const answer = await this.ask('SET', key, value);
    if (answer === 'OK') this.acknowledged.set(key, value);
    return answer;
  }

  /** The same on a connection of its own, for however long the answer takes. Of a connection that was closed there is the reason. */
  async setAlone(key: string, value: string): Promise<string> {
    const client = await connected(this.#t, this.#port);
    const [reply] = await client.pipeline([['SET', key, value]], PATIENCE_MS);
    const answer = textOf(reply);
    if (answer === 'OK') this.acknowledged.set(key, value);
    client.close();
    return answer;
  }

  async fact(section: string, name: string): Promise<string | undefined> {
    return new RegExp(`^${name}:(.*)\\r$`, 'm').exec(await this.ask('INFO', section))?.[1];
  }

  /** The keys that were acknowledged and are not there as they should be. */
  async missing(): Promise<string[]> {
    const keys: string[] = [];
    for (const [key, value] of this.acknowledged) if ((await this.ask('GET', key)) !== value) keys.push(key);
    return keys;
  }

  /** Ends it as kill -9 does, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.program.process.kill('SIGKILL');
    await this.program.outcome;
  }
}

/** Has system calls of a server fail, by strace(1), until what is returned is called. `what` is as in its `-e inject=`, `paths` restrict it to files. */
export async function failing(t: Test, server: StoredServer, call: string, what: string, ...paths: string[]): Promise<() => Promise<void>> {
  const files = paths.flatMap((path) => ['-P', path]);
  const strace = new Program(t, 'strace', ['-f', '-e', `trace=${call}`, '-e', `inject=${call}:${what}`, ...files, '-p', String(server.program.process.pid)]);
  let report = '';
  while (!report.includes(' attached')) report += String((await once(strace.process.stderr, 'data'))[0]);
  return () => strace.stop();
}

function textOf(reply: Reply | undefined): string {
  return reply !== undefined && 'value' in reply ? reply.value : JSON.stringify(reply);
}

async function connected(t: Test, port: number): Promise<RespClient> {
  const client = await RespClient.connect({ host: '127.0.0.1', port });
  t.teardown(() => client.close());
  return client;
}

/** Hot restarts as operators make them: real processes, one after the other, under a load of new connections. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startCommand } from '../support/command.js';
import { ConfiguredServer } from '../support/configured-server.js';
import { exchange } from '../support/socket.js';

const CLIENTS = 8;
/** What a client leaves between two connections: the load is to be there all the time, and not to take the machine. */
const PAUSE_MS = 5;
/** The load stops by itself. */
const MOST_CONNECTIONS = 20_000;

function controlPath(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'takeover');
}

/** Clients that connect, send, receive, and close, again and again, until they are told to stop. */
class Load {
  /** Connections that were answered and ended in order. */
  served = 0;
  readonly wrong: unknown[] = [];
  #stopped = false;
  readonly #clients: Promise<unknown>;

  constructor(readonly port: number) {
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, () => this.#run()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#clients;
  }

  async #run(): Promise<void> {
    while (!this.#stopped && this.served + this.wrong.length < MOST_CONNECTIONS) {
      const asked = `connection ${this.served}`;
      try {
        const answered = await this.#exchange(asked);
        if (answered === asked) this.served++;
        else this.wrong.push(answered);
      } catch (error) {
        this.wrong.push(error);
      }
      await sleep(PAUSE_MS);
    }
  }

  async #exchange(asked: string): Promise<string> {
    const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true });
    const answered = text(socket);
    socket.end(asked);
    return answered;
  }
}

/** One loop or several, each way to share the accept: any may follow any other. */
const GENERATIONS = [
  { reactor: { loop: 'dedicated' } },
  { workers: { count: 2, accept: 'reuseport' } },
  { workers: { count: 3, accept: 'handoff' } },
  { workers: { count: 1, accept: 'exclusive' } },
  {},
];

t.test('takeovers in a row, with workers and without: not one connection is refused, reset or unanswered', async (t) => {
  const path = controlPath(t);
  const settings = (port: number) => ({ listen: { port }, takeover: { path }, echo: { udp: true }, shutdown: { graceSeconds: 60 } });
  let serving = await ConfiguredServer.start(t, settings(0));
  const { port } = serving;
  const admin = { port: Number(new URL(serving.url).port) };
  const load = new Load(port);
  for (const generation of GENERATIONS) {
    const next = await ConfiguredServer.start(t, { ...settings(port), ...generation, admin });
    t.equal(next.port, port);
    t.equal((await serving.running.outcome).status, 0);
    t.equal((await next.ask('stats')).json.pid, next.running.pid, 'the endpoint is the new one');
    t.match(serving.lines.at(-1), { event: 'shutdown.finished', forced: 0, failed: 0 });
    serving = next;
  }
  await load.stop();
  t.same(load.wrong, []);
  t.ok(load.served > 100, `${load.served} connections`);

  const before = descriptorsOf(serving);
  const wrong = startCommand(t, 'server', String(port === 7000 ? 7001 : 7000), '--takeover', path);
  const { status, stderr } = await wrong.outcome;
  t.match(stderr, new RegExp(`edgeloop-echo: the process that serves now listens on 127\\.0\\.0\\.1:${port}, and this one is configured for`));
  t.equal(status, 1);
  await serving.logged('takeover.failed');
  t.equal((await exchange({ port }, Buffer.from('hello'))).toString(), 'hello');
  while (descriptorsOf(serving) !== before) await sleep(1);
  serving.signal('SIGTERM');
  t.equal((await serving.running.outcome).status, 0);
});

function descriptorsOf({ running: { pid } }: ConfiguredServer): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

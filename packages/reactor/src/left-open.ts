import { MAX_LEFT_CONNECTIONS } from './limits.js';
import { Inbox } from './loop/inbox.js';
import type { Log } from './log.js';
import type { Loop } from './loop/loop.js';
import { DatagramSocket } from './net/datagram-socket.js';
import { openConnections } from './net/open-connections.js';
import type { PluginHost } from './plugin/plugin-host.js';

/** Things that the program has begun, and that nobody had ended when the reactor was closed: alike in kind and owner. */
export interface LeftOpen {
  /** A dialled connection, a socket, an inbox, a timer that was set once or goes on, or a handler whose promise is pending. */
  readonly kind: 'connection' | 'datagram' | 'inbox' | 'timeout' | 'interval' | 'handler';
  readonly count: number;
  /** Whose it is; not there if it is no plugin's. */
  readonly plugin?: string;
  /** Of handlers, which they are: `onShutdown`, or in debug mode any. */
  readonly hook?: string;
  /** Of handlers, the ids of their connections: of some, if there are many. */
  readonly connections?: readonly number[];
  /** In debug mode: the calls that have opened it, the last one first, in the words of a stack. */
  readonly openedAt?: readonly string[];
}

type Found = Omit<LeftOpen, 'count' | 'connections'>;

/**
 * Looks for what is left when a shutdown is over, before the reactor ends it. It counts as left if it keeps the process alive and its
 * owner could have ended it: so neither listeners nor what they have accepted, for it is `close` that ends them; nor what was ended
 * and only waits for its peer; nor timers that are unref'ed, subscriptions to signals and edgeloop's own inboxes, which are meant to last as
 * long as the reactor. Who waits for a dial or a delay is told by a rejection.
 */
export function leftOpen({ poller, clock, witness }: Loop, plugins: readonly PluginHost<never, unknown>[]): LeftOpen[] {
  const account = new Account();
  const at = (thing: object) => witness?.whereOpened(thing);
  for (const connection of openConnections(poller)) {
    const { plugin } = connection.owner;
    if (!connection.accepted && connection.phase === 'open') account.add({ kind: 'connection', plugin, openedAt: at(connection) });
    if (connection.handling && witness === undefined) account.add({ kind: 'handler', plugin }, connection.id);
  }
  for (const { plugin, hook, connection } of witness?.pending ?? []) account.add({ kind: 'handler', plugin, hook }, connection);
  for (const { name, shuttingDown } of plugins) if (shuttingDown) account.add({ kind: 'handler', plugin: name, hook: 'onShutdown' });
  for (const channel of poller.channels()) {
    if (channel instanceof DatagramSocket) account.add({ kind: 'datagram', openedAt: at(channel) });
    if (channel instanceof Inbox && channel.owner === 'program') account.add({ kind: 'inbox', openedAt: at(channel) });
  }
  for (const timer of clock.timers()) {
    const { owner, periodMs, referenced } = timer;
    if (referenced && owner.plugin !== undefined) account.add({ kind: periodMs > 0 ? 'interval' : 'timeout', plugin: owner.name, openedAt: at(timer) });
  }
  return account.read();
}

/** What programs often open once, for as long as they run, as they do listeners. It is told, but not warned of. */
const LASTING: ReadonlySet<LeftOpen['kind']> = new Set<LeftOpen['kind']>(['datagram', 'inbox']);

/** A line for each, in debug mode, in which it is known where it was opened. Otherwise the report is enough. */
export function tellLeftOpen(left: readonly LeftOpen[], log: Log): void {
  for (const entry of left) {
    const { kind, count, plugin, hook, openedAt } = entry;
    const whose = plugin === undefined ? '' : ` of plugin "${plugin}"`;
    const where = openedAt === undefined ? '' : `, opened ${openedAt[0]}`;
    const message = `left open: ${count} × ${hook ?? kind}${whose}${where}`;
    if (LASTING.has(kind)) log.info({ event: 'shutdown.left_open', ...entry }, message);
    else log.warn({ event: 'shutdown.left_open', ...entry }, message);
  }
}

type Sought = { [field in keyof Found]: Found[field] | undefined };

/** Without the fields that have no value. */
function given(found: Sought): Found {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as unknown as Found;
}

/** Adds up what is alike. */
class Account {
  readonly #entries = new Map<string, { found: Found; count: number; connections: number[] }>();

  add(found: Sought, connection?: number): void {
    const { kind, plugin, hook, openedAt } = found;
    const key = [kind, plugin, hook, ...(openedAt ?? [])].join('\n');
    const entry = this.#entries.get(key) ?? { found: given(found), count: 0, connections: [] };
    this.#entries.set(key, entry);
    entry.count++;
    if (connection !== undefined && entry.connections.length < MAX_LEFT_CONNECTIONS) entry.connections.push(connection);
  }

  read(): LeftOpen[] {
    return Array.from(this.#entries.values(), ({ found, count, connections }) => ({ ...found, count, ...(connections.length > 0 && { connections }) }));
  }
}

import { type Connection, type Hooks, SystemError } from '@edgeloop/reactor';
import { demand } from './finding.js';
import type { HookOrder } from './hook-order.js';
import type { Link } from './link.js';
import type { Mischief } from './mischief.js';
import type { Stage } from './stage.js';

/** What a workload's handlers do. Each has the link instead of the connection, and need not look at how it is used. */
export interface Behaviour {
  onOpen?(link: Link): unknown;
  onData?(link: Link, chunk: Buffer): unknown;
  onHalfClose?(link: Link): unknown;
  onDrain?(link: Link): unknown;
  onClose?(link: Link, reason: Error | undefined): unknown;
}

type Hook = keyof Behaviour;

/** Stands between the reactor and a workload's handlers: holds each call against the model, and adds the mischief. */
export class Watch {
  readonly #stage: Stage;
  readonly #order: HookOrder;
  readonly #behaviour: Behaviour;
  readonly #portOf: (connection: Connection) => number;
  readonly #mischief: Mischief;
  readonly #links = new Map<Connection, Link>();

  /** `portOf` says by which port the model knows a connection. */
  constructor(stage: Stage, behaviour: Behaviour, portOf: (connection: Connection) => number, mischief: Mischief) {
    this.#stage = stage;
    this.#order = stage.order;
    this.#behaviour = behaviour;
    this.#portOf = portOf;
    this.#mischief = mischief;
  }

  get hooks(): Omit<Hooks<undefined>, 'onShutdown'> {
    return {
      onOpen: (connection) => this.#called('onOpen', connection),
      onData: (connection, chunk) => this.#called('onData', connection, chunk),
      onHalfClose: (connection) => this.#called('onHalfClose', connection),
      onDrain: (connection) => this.#called('onDrain', connection),
      onClose: (connection, reason) => this.#called('onClose', connection, reason),
    };
  }

  /** Of a connection whose onOpen was called. */
  linkOf(connection: Connection): Link {
    const link = this.#links.get(connection);
    demand(link !== undefined, () => `connection ${connection.id}: a hook before onOpen`);
    return link;
  }

  #called(hook: Hook, connection: Connection, arg?: unknown): Promise<void> | undefined {
    if (this.#stage.trace !== undefined) this.#stage.note(`${hook}(${connection.id}${noted(arg)})`);
    return this.#stage.guard(() => {
      this.#order.enter(hook, connection);
      const link = hook === 'onOpen' ? this.#open(connection) : this.linkOf(connection);
      this.#check(hook, link, arg);
      if (hook === 'onClose') this.#checkUnread(link, arg as Error | undefined);
      const result = (this.#behaviour[hook] as ((link: Link, arg: unknown) => unknown) | undefined)?.(link, arg);
      // If the mischief throws, nobody waits for it.
      if (result instanceof Promise) void result.catch(() => {});
      return this.#wait(connection, [result, this.#mischief.act(hook, link)]);
    });
  }

  #open(connection: Connection): Link {
    const link = this.#stage.linkAt(this.#portOf(connection));
    link.connection = connection;
    this.#links.set(connection, link);
    this.#mischief.opened(link);
    this.#stage.opened(link);
    return link;
  }

  #check(hook: Hook, link: Link, arg: unknown): void {
    const { connection } = link;
    if (hook === 'onData') link.toReactor.receive(arg as Buffer);
    if (hook === 'onData' || hook === 'onHalfClose') demand(!link.paused, () => `${link.text}: ${hook}, though it is paused`);
    if (hook === 'onHalfClose') link.heardEnd = true;
    if (hook === 'onHalfClose' && link.blame === undefined) {
      demand(link.toReactor.missing === 0, () => `${link.text}: onHalfClose, but bytes of the peer are missing`);
    }
    if (hook === 'onDrain') {
      const { lowWaterBytes } = this.#stage.surroundings.terms;
      const queued = connection?.bytesQueued ?? 0;
      demand(queued <= lowWaterBytes, () => `${link.text}: onDrain with ${queued} bytes queued, above ${lowWaterBytes}`);
    }
    if (hook === 'onClose') this.#close(link, arg as Error | undefined);
  }

  /** A reset takes nothing away that had come before it: what can be read is delivered first, if anybody reads. */
  #checkUnread(link: Link, reason: Error | undefined): void {
    const reset = reason instanceof SystemError && (reason.code === 'ECONNRESET' || reason.code === 'EPIPE');
    // A handler may have passed on the error of another connection.
    const excused = link.interfered || (link.connection?.bytesDiscarded ?? 0) > 0;
    demand(!reset || excused || link.unread === 0, () => `${link.text}: was ended by a reset, but ${link.unread} bytes had come before it`);
  }

  #close(link: Link, reason: Error | undefined): void {
    link.closed = true;
    link.reason = reason;
    this.#mischief.closed(link);
    this.#stage.ended(link, reason);
  }

  #wait(connection: Connection, results: readonly unknown[]): Promise<void> | undefined {
    const promises = results.filter((result) => result instanceof Promise);
    if (promises.length === 0) return undefined;
    return this.#order.wait(connection, Promise.all(promises).then(() => {}));
  }
}

function noted(arg: unknown): string {
  if (arg === undefined) return '';
  return arg instanceof Error ? `, ${arg.message}` : `, ${(arg as Buffer).length} bytes`;
}

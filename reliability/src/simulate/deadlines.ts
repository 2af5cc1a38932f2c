import { demand } from './finding.js';
import type { Link } from './link.js';
import type { Stage } from './stage.js';
import type { Behaviour } from './watch.js';

/** What the alarm of a deadline may come too late by, as any timer. */
const LATE_MS = 60;

interface Limits {
  readonly handshakeTimeoutMs: number;
  readonly messageTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly lifetimeMs: number;
}

/** What is known of a connection's life, on the loop's clock. */
interface Life {
  readonly openedMs: number;
  heardMs: number;
  messageMs: number | undefined;
}

/** A model of the deadlines of connections: none ends one early, and the two that depend on nothing else end it in time. */
export class Deadlines {
  readonly options: Limits;
  readonly #stage: Stage;
  readonly #lives = new Map<Link, Life>();

  readonly behaviour: Behaviour = {
    onOpen: (link) => this.#open(link),
    onData: (link, chunk) => this.#receive(link, chunk),
    onClose: (link, reason) => this.#close(link, reason),
  };

  constructor(stage: Stage) {
    this.#stage = stage;
    const { random } = stage;
    const limitMs = () => (random.chance(0.5) ? 0 : random.pick([1, 20, 150, 1500]));
    this.options = {
      handshakeTimeoutMs: limitMs(),
      messageTimeoutMs: limitMs(),
      writeTimeoutMs: limitMs(),
      idleTimeoutMs: limitMs(),
      lifetimeMs: random.chance(0.3) ? limitMs() : 0,
    };
  }

  #open(link: Link): void {
    const { turnMs } = this.#stage;
    this.#lives.set(link, { openedMs: turnMs, heardMs: turnMs, messageMs: undefined });
  }

  /** Echoes, and takes some chunks for the begin or the end of a message. */
  #receive(link: Link, chunk: Buffer): void {
    const { random, turnMs } = this.#stage;
    const life = this.#lives.get(link) as Life;
    life.heardMs = turnMs;
    link.write(chunk);
    if (random.chance(0.1)) {
      link.connection?.beginMessage();
      life.messageMs ??= turnMs;
    } else if (random.chance(0.2)) {
      link.connection?.endMessage();
      life.messageMs = undefined;
    }
  }

  #close(link: Link, reason: Error | undefined): void {
    const life = this.#lives.get(link) as Life;
    this.#lives.delete(link);
    this.#checkLateness(link, life);
    const code = reason !== undefined && 'code' in reason ? String(reason.code) : '';
    const missed = this.#missed(link, life)[code];
    if (missed === undefined) return;
    link.break('a deadline has passed');
    const { limitMs, sinceMs } = missed;
    demand(limitMs > 0, () => `${link.text}: no such deadline was set`);
    const { turnMs } = this.#stage;
    demand(turnMs >= sinceMs + limitMs, () => `${link.text}: ended at ${turnMs} ms, too early: it had ${limitMs} ms from ${sinceMs} ms on, at least`);
  }

  /** For each deadline the earliest time from which it can have run. */
  #missed(link: Link, { openedMs, heardMs, messageMs }: Life): Readonly<Record<string, { limitMs: number; sinceMs: number }>> {
    const never = Number.POSITIVE_INFINITY;
    return {
      EL_HANDSHAKE_TIMEOUT: { limitMs: this.options.handshakeTimeoutMs, sinceMs: link.toReactor.received === 0 ? openedMs : never },
      EL_MESSAGE_TIMEOUT: { limitMs: this.options.messageTimeoutMs, sinceMs: messageMs ?? never },
      EL_WRITE_TIMEOUT: { limitMs: this.options.writeTimeoutMs, sinceMs: link.toPeer.missing > 0 ? openedMs : never },
      EL_IDLE_TIMEOUT: { limitMs: this.options.idleTimeoutMs, sinceMs: heardMs },
      EL_LIFETIME_EXCEEDED: { limitMs: this.options.lifetimeMs, sinceMs: openedMs },
    };
  }

  #checkLateness(link: Link, { openedMs }: Life): void {
    const { surroundings, turnMs } = this.#stage;
    const { lifetimeMs, handshakeTimeoutMs } = this.options;
    const livedMs = turnMs - openedMs;
    demand(lifetimeMs === 0 || livedMs <= lifetimeMs + LATE_MS, () => `${link.text}: lived ${livedMs} ms, but ${lifetimeMs} are allowed`);
    // A handler that waits is an excuse, and may come of mischief only.
    const silent = link.toReactor.received === 0 && handshakeTimeoutMs > 0 && surroundings.mischief === 0;
    const inTime = livedMs <= handshakeTimeoutMs + LATE_MS;
    demand(!silent || inTime, () => `${link.text}: said nothing for ${livedMs} ms, but ${handshakeTimeoutMs} are allowed`);
  }
}

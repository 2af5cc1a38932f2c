import type { Log } from '@edgeloop/reactor';

/** The bounds that clients meet, with what the log says then. By these names INFO, the metrics and the log tell of them. */
export const LIMITS = {
  maxclients: { level: 'warn', message: 'a client was turned away: as many as there may be are connected' },
  protected_mode: { level: 'warn', message: 'a client of another machine was turned away: no password is set' },
  output_buffer: { level: 'warn', message: 'a client was disconnected: more waits to be sent to it than its class may have' },
  query_buffer: { level: 'warn', message: 'a client was disconnected: more of its requests waits to be served than may' },
  bulk_length: { level: 'info', message: 'a client was disconnected: it announced an argument that is too long' },
  multibulk_length: { level: 'info', message: 'a client was disconnected: it announced too many arguments' },
  inline_length: { level: 'info', message: 'a client was disconnected: it sent a line that is too long' },
  unauthenticated: { level: 'warn', message: 'a client was disconnected: it announced more than it may send before it has logged in' },
  malformed: { level: 'info', message: 'a client was disconnected: what it sent is no request' },
  cross_protocol: { level: 'warn', message: 'a client was disconnected: it speaks HTTP, perhaps a browser that was made to' },
  login_throttle: { level: 'warn', message: 'a client is not served for a while: it has given wrong passwords' },
  idle_timeout: { level: 'info', message: 'a client was disconnected: it was idle for too long' },
  turn_budget: { level: 'debug', message: 'a client has sent more than is served in one turn: others come between' },
} as const satisfies Readonly<Record<string, { readonly level: 'debug' | 'info' | 'warn'; readonly message: string }>>;

export type Limit = keyof typeof LIMITS;

const NAMES = Object.keys(LIMITS) as Limit[];

/** What has been met since the last line about it, which was written less than a second ago. */
interface Repeat {
  count: number;
  fields: object;
}

/**
 * Counts how often clients meet each limit, and tells the log: of the first time at once, of those that follow once a second, as there
 * may be floods of them.
 */
export class LimitWatch {
  readonly hits = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<Limit, number>;
  log: Log | undefined;
  readonly #repeats = new Map<Limit, Repeat>();

  /** `peer` is whom it has happened to. */
  meet(limit: Limit, peer: string, details: object = {}): void {
    this.hits[limit]++;
    const { level, message } = LIMITS[limit];
    if (this.log?.isLevelEnabled(level) !== true) return;
    const fields = { event: 'kv.limit', limit, peer, ...details };
    const repeat = this.#repeats.get(limit);
    if (repeat === undefined) {
      this.log[level](fields, message);
      this.#repeats.set(limit, { count: 0, fields });
    } else {
      repeat.count++;
      repeat.fields = fields;
    }
  }

  /** To be called once a second: tells what has repeated itself. */
  beat(): void {
    for (const [limit, repeat] of this.#repeats) {
      if (repeat.count === 0) this.#repeats.delete(limit);
      else this.#tell(limit, repeat);
      repeat.count = 0;
    }
  }

  reset(): void {
    for (const name of NAMES) this.hits[name] = 0;
  }

  #tell(limit: Limit, { count, fields }: Repeat): void {
    const { level, message } = LIMITS[limit];
    if (count === 1) this.log?.[level](fields, message);
    else this.log?.[level]({ ...fields, count }, `${message} (${count} times since the line before)`);
  }
}

import type { FloodLog } from '@edgeloop/reactor';

/** The bounds that clients meet, with what the log says then. By these names INFO, the metrics and the log tell of them. */
export const LIMITS = {
  maxclients: { level: 'warn', message: 'a client was turned away: as many as there may be are connected' },
  protected_mode: { level: 'warn', message: 'a client of another machine was turned away: no password is set' },
  output_buffer: { level: 'warn', message: 'a client was disconnected: more waits to be sent to it than its class may have' },
  query_buffer: { level: 'warn', message: 'a client was disconnected: more of its requests waits to be served than may' },
  clients_memory: { level: 'warn', message: 'a client was disconnected: of all clients together more waits to be served than may, and of it most' },
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

/** Counts how often clients meet each limit, and tells the log, once a second where a limit is met again and again. */
export class LimitWatch {
  readonly hits = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<Limit, number>;
  log: FloodLog | undefined;

  /** `peer` is whom it has happened to. */
  meet(limit: Limit, peer: string, details: object = {}): void {
    this.hits[limit]++;
    const { level, message } = LIMITS[limit];
    this.log?.note(level, limit, { event: 'kv.limit', limit, peer, ...details }, message);
  }

  reset(): void {
    for (const name of NAMES) this.hits[name] = 0;
  }
}

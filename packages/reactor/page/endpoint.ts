import { type ListQuery, queryString } from './model/list-query.js';
import { plainText } from './model/plain-text.js';
import type { ConnectionEntry, ConnectionList, Stats } from './model/stats.js';

const TOKEN_KEY = 'edgeloop.token';
/** An answer takes milliseconds. A server whose loop is stuck gives none, and that is worth knowing soon. */
const TIMEOUT_MS = 5000;

/** An answer that is a refusal, with the endpoint's own words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The admin endpoint that has served this page. The token stays in this tab and is forgotten with it. */
export class Endpoint {
  /** False if it cannot be the token, because no header can carry it. */
  useToken(token: string): boolean {
    const usable = /^[\x20-\x7e]+$/.test(token);
    if (usable) sessionStorage.setItem(TOKEN_KEY, token);
    return usable;
  }

  get hasToken(): boolean {
    return sessionStorage.getItem(TOKEN_KEY) !== null;
  }

  async stats(): Promise<Stats> {
    return (await this.#ask('stats')) as Stats;
  }

  async connections(query: ListQuery): Promise<ConnectionList> {
    return (await this.#ask(`connections?${queryString(query)}`)) as ConnectionList;
  }

  /** Asks for the connection to be closed; a {@link Refusal} of status 404 says that there is none any more. */
  async close(id: ConnectionEntry['id']): Promise<void> {
    await this.#ask(`connections/${encodeURIComponent(id)}/close`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
  }

  async #ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = new Headers(init.headers);
    const token = sessionStorage.getItem(TOKEN_KEY);
    if (token !== null) headers.set('Authorization', `Bearer ${token}`);
    const response = await fetch(path, { ...init, headers, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new Refusal(response.status, refusalMessage(answer) ?? `the endpoint answered with status ${response.status}`);
    if (answer === null && response.status === 200) throw new Error('the endpoint answered with something else than JSON');
    return answer;
  }
}

function refusalMessage(answer: unknown): string | undefined {
  const message = (answer as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? plainText(message, 200) : undefined;
}

/** Why a request came to nothing, for a person. */
export function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  if (error instanceof TypeError) return 'the endpoint cannot be reached';
  return error instanceof Error ? error.message : String(error);
}

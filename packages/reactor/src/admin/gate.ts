import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { EdgeloopError } from '../errors.js';
import { MIN_TOKEN_CHARACTERS } from '../limits.js';
import { TOKEN } from './admin-options.js';
import { Refusal } from './answer.js';

/**
 * Decides who may come in.
 *
 * The endpoint mostly listens on loopback without a token, where the attacker to think of is a page in the operator's own
 * browser. It cannot read answers of another origin, unless its name is made to resolve to 127.0.0.1 (DNS rebinding): so
 * `Host` must be one that no stranger controls. And it can post without reading: so `Origin` must be ours, and the content
 * type one that a form cannot send.
 */
export class Gate {
  readonly #token: Buffer | undefined;
  readonly #hosts: ReadonlySet<string>;

  /** Error: EL_OPTION_INVALID. It does not show the token. */
  constructor(token: string | undefined, allowedHosts: readonly string[]) {
    if (token !== undefined && (typeof token !== 'string' || token.length < MIN_TOKEN_CHARACTERS || !TOKEN.test(token))) {
      const wanted = `${MIN_TOKEN_CHARACTERS} or more letters, digits and -._~+/ (RFC 6750), for example what "openssl rand -hex 32" prints`;
      throw new EdgeloopError('EL_OPTION_INVALID', `openAdmin: "token": must be ${wanted}`);
    }
    this.#token = token === undefined ? undefined : digest(token);
    this.#hosts = new Set(['localhost', ...allowedHosts.map((host) => host.toLowerCase())]);
  }

  checkHost({ headersDistinct: { host = [] } }: IncomingMessage): void {
    const [value = ''] = host;
    if (host.length === 1 && this.#isOurs(value)) return;
    throw new Refusal('FORBIDDEN_HOST', `ask by IP address, by localhost, or by a name that the option allowedHosts has, not by ${JSON.stringify(value)}`);
  }

  /** In constant time: digests have one length, whatever is sent. */
  checkToken({ headers }: IncomingMessage): void {
    if (this.#token === undefined) return;
    const [, token = ''] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
    if (timingSafeEqual(digest(token), this.#token)) return;
    throw new Refusal('UNAUTHORIZED', 'send the token, as "Authorization: Bearer TOKEN"', { 'WWW-Authenticate': 'Bearer' });
  }

  /** For requests that change something. A proxy may have taken TLS off, so the origin's scheme may be https. */
  checkOrigin({ headers: { origin, host = '' } }: IncomingMessage): void {
    if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
    throw new Refusal('FORBIDDEN_ORIGIN', `a page of another origin may not do this: ${JSON.stringify(origin)}`);
  }

  checkContentType({ headers }: IncomingMessage): void {
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    if (type.trim().toLowerCase() === 'application/json') return;
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'send "Content-Type: application/json"');
  }

  #isOurs(host: string): boolean {
    const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(host) ?? [];
    if (bracketed !== undefined) return isIP(bracketed) === 6;
    return plain !== undefined && (isIP(plain) === 4 || this.#hosts.has(plain.toLowerCase()));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

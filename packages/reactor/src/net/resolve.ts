import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';
import type { Lookup } from '../options.js';

/** What the system's resolver gives, in the order of its preference (getaddrinfo(3), RFC 6724). */
const systemLookup: Lookup = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** The IP literals that a host stands for, itself if it is one, and one at least. Errors: EL_ADDRESS_UNRESOLVED, EL_ADDRESS_INVALID. */
export async function resolveHost(host: string, resolve: Lookup = systemLookup): Promise<readonly [string, ...string[]]> {
  if (isIP(host) !== 0) return [host];
  const [first, ...rest] = checkAnswer(host, await ask(host, resolve));
  if (first === undefined) throw unresolved(host);
  return [first, ...rest];
}

async function ask(host: string, resolve: Lookup): Promise<unknown> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw unresolved(host, { cause });
  }
}

/** A lookup is the user's, and its answer checked like an option. */
function checkAnswer(host: string, answer: unknown): readonly string[] {
  const isLiteral = (address: unknown) => typeof address === 'string' && isIP(address) !== 0;
  if (Array.isArray(answer) && answer.every(isLiteral)) return answer;
  const given = inspect(answer, { breakLength: Infinity });
  throw new EdgeloopError('EL_ADDRESS_INVALID', `lookup must answer "${host}" with an array of IP addresses, but gave ${given}`);
}

function unresolved(host: string, options?: ErrorOptions): EdgeloopError {
  return new EdgeloopError('EL_ADDRESS_UNRESOLVED', `"${host}" cannot be resolved to an address; check the spelling, or give an IP address`, options);
}

/** Takes addresses of the two families in turn, beginning with the preferred one (RFC 8305, section 4). */
export function interleaveFamilies(addresses: readonly string[]): string[] {
  const family = isIP(addresses[0] ?? '');
  const preferred = addresses.filter((address) => isIP(address) === family);
  const others = addresses.filter((address) => isIP(address) !== family);
  const longest = Math.max(preferred.length, others.length);
  return Array.from({ length: longest }, (_, i) => [preferred[i], others[i]]).flat().filter((address) => address !== undefined);
}

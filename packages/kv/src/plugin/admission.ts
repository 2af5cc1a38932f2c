import type { Connection } from '@edgeloop/reactor';
import type { RequestLimits } from '../protocol/request-reader.js';
import type { Server } from '../server/server.js';
import type { KvSettings } from '../server/settings.js';

/** Places in memory are words of 32 bits with a sign. */
const MAX_ARGUMENT_BYTES = 2 ** 30;

/** What clients may ask for that have not said who they are: enough for AUTH. */
export const UNAUTHENTICATED: RequestLimits = { maxArguments: 10, maxArgumentBytes: 16 * 1024, isStrict: true };

/** What everybody else may ask for, as it is set at the time. */
export function limitsOf(settings: KvSettings): RequestLimits {
  return {
    get maxArguments() {
      return settings.maxMultibulkLength;
    },
    get maxArgumentBytes() {
      return Math.min(settings.protoMaxBulkLen, MAX_ARGUMENT_BYTES);
    },
    isStrict: false,
  };
}

/** Why a client is turned away; undefined if it is welcome. */
export function refusalOf(server: Server, connection: Connection<unknown>): string | undefined {
  if (server.clients.size >= server.settings.maxclients) return 'ERR max number of clients reached';
  if (server.settings.protectedMode && server.users.default.isOpen && !isLocal(connection.remoteAddress)) return PROTECTED;
  return undefined;
}

/** The loopback addresses, also in IPv6's way to write those of IPv4, and Unix sockets, which have a path, a name or nothing. */
function isLocal(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address) || !/^[\d.]+$|:/.test(address);
}

const PROTECTED = [
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.',
  'Connections are only accepted from this machine. Set a password (requirepass), or turn the protection off (protected-mode no)',
  'if nobody else can reach this port.',
].join(' ');

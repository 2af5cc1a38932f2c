import type { Connection } from '@edgeloop/reactor';
import type { Server } from '../server/server.js';

/** Why a client is turned away. */
export interface Refusal {
  readonly limit: 'maxclients' | 'protected_mode';
  /** What it is told. */
  readonly error: string;
}

/** Undefined if the client is welcome. */
export function refusalOf(server: Server, connection: Connection): Refusal | undefined {
  if (server.clients.size >= server.settings.maxclients) return TOO_MANY;
  if (server.settings.protectedMode && server.users.default.isOpen && !isLocal(connection.remoteAddress)) return PROTECTED;
  return undefined;
}

/** The loopback addresses, also in IPv6's way to write those of IPv4, and Unix sockets, which have a path, a name or nothing. */
function isLocal(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address) || !/^[\d.]+$|:/.test(address);
}

const TOO_MANY: Refusal = { limit: 'maxclients', error: 'ERR max number of clients reached' };

const PROTECTED_TEXT = [
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.',
  'Connections are only accepted from this machine. Set a password (requirepass), or turn the protection off (protected-mode no)',
  'if nobody else can reach this port.',
].join(' ');

const PROTECTED: Refusal = { limit: 'protected_mode', error: PROTECTED_TEXT };

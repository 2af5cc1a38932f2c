/** The open connections as operators see them. */
import { EdgeloopError } from '../errors.js';
import type { Log } from '../log.js';
import { MAX_MEASURED_CONNECTIONS } from '../limits.js';
import { eventNames } from '../loop/readiness.js';
import { addressText } from '../net/address.js';
import type { SocketConnection } from '../net/socket-connection.js';
import type { ConnectionQuery } from './admin-options.js';
import type { Reactor } from '../reactor.js';
import { TopList } from '../structures/top-list.js';
import { Refusal } from './answer.js';

type Listed = SocketConnection<unknown>;

/** By a number in one reactor, and by a text where there are several. */
export type ConnectionId = number | string;

/** Makes the id by which a connection is known outside of its reactor. */
export type Naming = (id: number) => ConnectionId;

export interface ConnectionList {
  /** How many there are, and how many match. */
  readonly total: number;
  readonly matched: number;
  readonly connections: readonly ConnectionRow[];
}

/** What is told of one connection. */
export interface ConnectionRow {
  readonly id: ConnectionId;
  readonly plugin: string;
  readonly direction: 'accepted' | 'dialled';
  readonly peer: string;
  readonly local: string | null;
  readonly state: string;
  readonly armed: readonly string[];
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly bytesQueued: number;
  readonly paused: boolean;
  readonly rttSeconds: number | null;
  readonly retransmits: number | null;
}

const asItIs: Naming = (id) => id;

/** What each field sorts by. Times are those of the begin, so the later, the younger. */
const KEYS: Readonly<Record<ConnectionQuery['sort'], (connection: Listed) => number | string>> = {
  id: ({ id }) => id,
  plugin: ({ owner }) => owner.plugin,
  direction: ({ accepted }) => (accepted ? 0 : 1),
  peer: ({ peer }) => addressText(peer),
  local: (connection) => localText(connection) ?? '',
  state: ({ phase }) => phase,
  ageSeconds: ({ openedMs }) => -openedMs,
  idleSeconds: ({ lastActiveMs }) => -lastActiveMs,
  bytesRead: ({ bytesRead }) => bytesRead,
  bytesWritten: ({ bytesWritten }) => bytesWritten,
  bytesQueued: ({ bytesQueued }) => bytesQueued,
  paused: ({ paused }) => Number(paused),
  rttSeconds: ({ tcpInfo }) => tcpInfo?.rttSeconds ?? -1,
  retransmits: ({ tcpInfo }) => tcpInfo?.retransmits ?? -1,
};

/** Those that take a system call for each connection that matches. */
const MEASURED: ReadonlySet<string> = new Set(['local', 'rttSeconds', 'retransmits']);

/**
 * The list that a query asks for. It is made in one go, and the loop rests meanwhile: docs/reference/admin.md says for how
 * long. So nothing is made for a connection that is not shown.
 */
export function listConnections(reactor: Reactor, query: ConnectionQuery, name = asItIs): ConnectionList {
  const matches = filterOf(query, name);
  const key = KEYS[query.sort];
  const shown = new TopList<Listed>(query.limit, query.order);
  let total = 0;
  let matched = 0;
  for (const connection of connectionsOf(reactor)) {
    total++;
    if (!matches(connection)) continue;
    if (++matched > MAX_MEASURED_CONNECTIONS && MEASURED.has(query.sort)) throw tooMany(query);
    shown.offer(key(connection), connection);
  }
  const nowMs = performance.now();
  return { total, matched, connections: shown.values.map((connection) => describe(connection, name, nowMs)) };
}

/** Closes a connection, which is lost with what is queued on it. Returns false if there is none with this id. */
export function closeConnection(reactor: Reactor, id: number, log: Log, from: string): boolean {
  for (const connection of connectionsOf(reactor)) {
    if (connection.id !== id) continue;
    const peer = addressText(connection.peer);
    const reason = new EdgeloopError('EL_CLOSED_BY_OPERATOR', `connection ${id}: an operator has closed it, through the admin endpoint`);
    log.info({ event: 'connection.closed_by_operator', plugin: connection.owner.plugin, connection: id, peer, from }, reason.message);
    connection.destroy(reason);
    return true;
  }
  return false;
}

export function unknownConnection(id: string): Refusal {
  return new Refusal('UNKNOWN_CONNECTION', `no connection ${id} is open; it may have ended by itself`);
}

/** Every connection of a reactor is of this class; plugins are not shown all of it. */
function connectionsOf(reactor: Reactor): IterableIterator<Listed> {
  return reactor.connections() as IterableIterator<Listed>;
}

function filterOf({ plugin, state, peer, q }: ConnectionQuery, name: Naming): (connection: Listed) => boolean {
  const needle = q?.toLowerCase();
  return (connection) =>
    (plugin === undefined || connection.owner.plugin === plugin) &&
    (state === undefined || connection.phase === state) &&
    (peer === undefined || connection.peer.address === peer || addressText(connection.peer) === peer) &&
    (needle === undefined || `${name(connection.id)} ${connection.owner.plugin} ${addressText(connection.peer)}`.toLowerCase().includes(needle));
}

/** Undefined where the kernel does not tell. */
function localText({ local }: Listed): string | undefined {
  return local && addressText(local);
}

function tooMany({ sort }: ConnectionQuery): Refusal {
  const why = `more than ${MAX_MEASURED_CONNECTIONS} connections match, and ${sort} takes a system call for each`;
  return new Refusal('EL_OPTION_INVALID', `connections: "sort": ${why}; narrow it down by plugin, state, peer or q`);
}

function describe(connection: Listed, name: Naming, nowMs: number): ConnectionRow {
  const { id, phase, peer, tcpInfo, openedMs, lastActiveMs, bytesRead, bytesWritten, bytesQueued, paused } = connection;
  return {
    id: name(id),
    plugin: connection.owner.plugin,
    direction: connection.accepted ? 'accepted' : 'dialled',
    peer: addressText(peer),
    local: localText(connection) ?? null,
    state: phase,
    armed: eventNames(connection.armedEvents),
    ageSeconds: (nowMs - openedMs) / 1000,
    idleSeconds: (nowMs - lastActiveMs) / 1000,
    bytesRead,
    bytesWritten,
    bytesQueued,
    paused,
    rttSeconds: tcpInfo?.rttSeconds ?? null,
    retransmits: tcpInfo?.retransmits ?? null,
  };
}

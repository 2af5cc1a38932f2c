/** The open connections as operators see them. */
import { EdgeloopError } from '../errors.js';
import type { Log } from '../log.js';
import { MAX_MEASURED_CONNECTIONS } from '../limits.js';
import { eventNames } from '../loop/readiness.js';
import { addressText } from '../net/address.js';
import type { SocketConnection } from '../net/socket-connection.js';
import { type ConnectionQuery, connectionQuery } from './admin-options.js';
import type { Reactor } from '../reactor.js';
import { TopList } from '../structures/top-list.js';
import { type AdminRequest, checked } from './admin-request.js';
import { type Answer, Refusal, json } from './answer.js';

type Listed = SocketConnection<unknown>;

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
export function listConnections(reactor: Reactor, request: AdminRequest): Answer {
  const query = checked(connectionQuery, request.query, 'connections');
  const matches = filterOf(query);
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
  return json({ total, matched, connections: shown.values.map((connection) => describe(connection, nowMs)) });
}

/** Closes a connection, which is lost with what is queued on it. */
export function closeConnection(reactor: Reactor, log: Log, { id, from }: AdminRequest): Answer {
  for (const connection of connectionsOf(reactor)) {
    if (connection.id !== Number(id)) continue;
    const peer = addressText(connection.peer);
    const reason = new EdgeloopError('EL_CLOSED_BY_OPERATOR', `connection ${id}: an operator has closed it, through the admin endpoint`);
    log.info({ event: 'connection.closed_by_operator', plugin: connection.owner.plugin, connection: connection.id, peer, from }, reason.message);
    connection.destroy(reason);
    return json({ id: connection.id, status: 'closing' }, 202);
  }
  throw new Refusal('UNKNOWN_CONNECTION', `no connection ${id} is open; it may have ended by itself`);
}

/** Every connection of a reactor is of this class; plugins are not shown all of it. */
function connectionsOf(reactor: Reactor): IterableIterator<Listed> {
  return reactor.connections() as IterableIterator<Listed>;
}

function filterOf({ plugin, state, peer, q }: ConnectionQuery): (connection: Listed) => boolean {
  const needle = q?.toLowerCase();
  return (connection) =>
    (plugin === undefined || connection.owner.plugin === plugin) &&
    (state === undefined || connection.phase === state) &&
    (peer === undefined || connection.peer.address === peer || addressText(connection.peer) === peer) &&
    (needle === undefined || `${connection.id} ${connection.owner.plugin} ${addressText(connection.peer)}`.toLowerCase().includes(needle));
}

/** Undefined where the kernel does not tell. */
function localText({ local }: Listed): string | undefined {
  return local && addressText(local);
}

function tooMany({ sort }: ConnectionQuery): Refusal {
  const why = `more than ${MAX_MEASURED_CONNECTIONS} connections match, and ${sort} takes a system call for each`;
  return new Refusal('EL_OPTION_INVALID', `connections: "sort": ${why}; narrow it down by plugin, state, peer or q`);
}

function describe(connection: Listed, nowMs: number) {
  const { id, phase, peer, tcpInfo, openedMs, lastActiveMs, bytesRead, bytesWritten, bytesQueued, paused } = connection;
  return {
    id,
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

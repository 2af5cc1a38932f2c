/** The public names of @edgeloop/reactor. */
export { createReactor, type CreateReactorOptions } from './create-reactor.js';
export type { InboxHandle, Reactor } from './reactor.js';
export { definePlugin, type Hooks, type Plugin, type PluginContext } from './plugin/plugin.js';
export type { ListenerHandle, PluginHost } from './plugin/plugin-host.js';
export type { Connection } from './net/connection.js';
export type { ConnectionPhase } from './net/connection-phase.js';
export type { SocketAddress } from './net/address.js';
export type { Timer } from './loop/clock.js';
export type { InboxAddress } from './loop/inbox.js';
export { openOutbox, type Outbox } from './open-outbox.js';
export type { Signal, SignalListener, Subscription } from './loop/signals.js';
export type { ShutdownReport } from './shutdown.js';
export type { Trigger } from './loop/readiness.js';
export type { Counters } from './loop/counters.js';
export type { Log } from './log.js';
export { EdgeloopError, SystemError, ERROR_CODES, type ErrorCode } from './errors.js';
export { InvariantError } from './invariant.js';

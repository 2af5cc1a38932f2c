import { type Slots, slotsOf } from '../structures/slots.js';

/** What a reactor counts. The names are public: telemetry/metrics.ts makes metrics of them, the debugging guide explains each. */
export const COUNTERS = [
  // The loop.
  'turns', 'events', 'eventsReadable', 'eventsWritable', 'eventsPeerClosed', 'eventsHangup', 'eventsError', 'emptyWaits', 'staleEvents',
  'timersExpired', 'tasksRun', 'wakeUps', 'messagesReceived', 'signalsReceived', 'stalls',
  // Connections: how they come, why some may not, how they end. Of each end there is one reason.
  'listenerEvents', 'accepted', 'connected', 'connectFailures', 'acceptPauses', 'shed', 'refusedByTotal', 'refusedByAddress', 'refusedByRate',
  'closed', 'failed', 'endedInOrder', 'destroyed', 'resets', 'networkErrors', 'handlerEnds', 'evicted', 'closedByOperator', 'orphaned',
  'handshakeTimeouts', 'messageTimeouts', 'writeTimeouts', 'idleTimeouts', 'lifetimeTimeouts', 'slowConsumers', 'outputLimited',
  'handlerFailures',
  // Tasks for other threads: those taken, how they ended, and those refused.
  'offloaded', 'offloadsCompleted', 'offloadsFailed', 'offloadsTimedOut', 'offloadsCancelled', 'offloadsRefused',
  // Bytes and datagrams.
  'bytesRead', 'bytesWritten', 'bytesDiscarded',
  'datagramsReceived', 'datagramsSent', 'datagramsDropped', 'datagramsTruncated', 'datagramErrors',
] as const;

export type CounterName = (typeof COUNTERS)[number];

/** What a reactor has done since it was made: numbers that only grow, and that every thread may read. */
export type Counters = Slots<CounterName>;

export const openCounters = slotsOf(COUNTERS);

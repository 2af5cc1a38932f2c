import type { CounterName } from '../loop/counters.js';
import type { Meters } from '../loop/meters.js';
import { CLOSE_REASONS, type Standing, readGauges, readStages } from './snapshot.js';

/** Values of one metric, each with its labels. */
export type Values = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** A metric of plain numbers. */
export interface MetricRow {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: (meters: Meters) => Values;
}

/** A counter of the reactor as Prometheus sees it: of one number, or of several that a label tells apart. */
type CounterRow = { readonly name: string; readonly help: string } & (
  | { readonly counter: CounterName }
  | { readonly label: string; readonly counters: Readonly<Record<string, CounterName>> }
);

/** Every counter of a reactor. Names and units follow Prometheus' conventions; a label has no values but those that stand here. */
const COUNTER_ROWS: readonly CounterRow[] = [
  { name: 'edgeloop_epoll_waits_total', help: 'Calls of epoll_wait, one for each turn of the loop.', counter: 'turns' },
  { name: 'edgeloop_epoll_empty_waits_total', help: 'Calls of epoll_wait that brought no event.', counter: 'emptyWaits' },
  { name: 'edgeloop_epoll_events_total', help: 'Events that epoll has reported.', counter: 'events' },
  {
    name: 'edgeloop_epoll_event_kinds_total',
    help: 'What those events said. One event may say several things.',
    label: 'kind',
    counters: {
      readable: 'eventsReadable',
      writable: 'eventsWritable',
      peer_closed: 'eventsPeerClosed',
      hangup: 'eventsHangup',
      error: 'eventsError',
    },
  },
  { name: 'edgeloop_epoll_stale_events_total', help: 'Events dropped because their connection had been closed meanwhile.', counter: 'staleEvents' },
  { name: 'edgeloop_loop_stalls_total', help: 'Times that the program has kept the loop for more than stallMs (100 ms unless set) in one go.', counter: 'stalls' },
  { name: 'edgeloop_timers_expired_total', help: 'Calls of timers.', counter: 'timersExpired' },
  { name: 'edgeloop_tasks_run_total', help: 'Posted tasks that have run.', counter: 'tasksRun' },
  { name: 'edgeloop_wakeups_total', help: 'Times that other threads have woken the loop for their messages.', counter: 'wakeUps' },
  { name: 'edgeloop_messages_received_total', help: 'Messages of other threads.', counter: 'messagesReceived' },
  { name: 'edgeloop_signals_received_total', help: 'Signals that the loop has read.', counter: 'signalsReceived' },
  { name: 'edgeloop_listener_wakeups_total', help: 'Times that epoll has reported connections to be accepted.', counter: 'listenerEvents' },
  { name: 'edgeloop_connections_accepted_total', help: 'Connections accepted.', counter: 'accepted' },
  { name: 'edgeloop_connections_dialled_total', help: 'Connections dialled that came about.', counter: 'connected' },
  { name: 'edgeloop_connect_failures_total', help: 'Connections dialled that did not come about.', counter: 'connectFailures' },
  {
    name: 'edgeloop_connections_refused_total',
    help: 'Connections closed as soon as they were accepted: by a limit, or because no descriptor or slot was left.',
    label: 'reason',
    counters: { total: 'refusedByTotal', address: 'refusedByAddress', rate: 'refusedByRate', shortage: 'shed' },
  },
  { name: 'edgeloop_accept_pauses_total', help: 'Times that a listener rested because descriptors or memory were short.', counter: 'acceptPauses' },
  { name: 'edgeloop_connections_closed_total', help: 'Connections that have ended, by the reason.', label: 'reason', counters: CLOSE_REASONS },
  { name: 'edgeloop_handler_failures_total', help: 'Hooks that threw or rejected.', counter: 'handlerFailures' },
  { name: 'edgeloop_offloads_total', help: 'Tasks taken for the pool of threads.', counter: 'offloaded' },
  { name: 'edgeloop_offloads_refused_total', help: 'Tasks refused because the queue for the pool was full.', counter: 'offloadsRefused' },
  {
    name: 'edgeloop_offloads_ended_total',
    help: 'Tasks of the pool that are over: with a result, with an error, at their deadline, or called off.',
    label: 'outcome',
    counters: { completed: 'offloadsCompleted', failed: 'offloadsFailed', timeout: 'offloadsTimedOut', cancelled: 'offloadsCancelled' },
  },
  { name: 'edgeloop_received_bytes_total', help: 'Bytes received.', counter: 'bytesRead' },
  { name: 'edgeloop_sent_bytes_total', help: 'Bytes that the kernel has taken.', counter: 'bytesWritten' },
  { name: 'edgeloop_discarded_bytes_total', help: 'Bytes that were queued on connections when these were closed.', counter: 'bytesDiscarded' },
  { name: 'edgeloop_datagrams_received_total', help: 'Datagrams received.', counter: 'datagramsReceived' },
  { name: 'edgeloop_datagrams_sent_total', help: 'Datagrams that the kernel has taken.', counter: 'datagramsSent' },
  {
    name: 'edgeloop_datagrams_dropped_total',
    help: 'Datagrams not sent, because of a full queue or a refusal of the kernel, and datagrams received that did not fit the buffer.',
    label: 'reason',
    counters: { unsent: 'datagramsDropped', truncated: 'datagramsTruncated' },
  },
  { name: 'edgeloop_datagram_errors_total', help: 'Errors that the network has reported for datagrams.', counter: 'datagramErrors' },
];

const byLabel = (label: string, numbers: Readonly<Record<string, number>>): Values =>
  Object.entries(numbers).map(([value, number]) => [{ [label]: value }, number]);

/** Counters whose labels' values are not all known beforehand, or whose unit is another. */
const OTHER_COUNTERS: readonly MetricRow[] = [
  {
    type: 'counter',
    name: 'edgeloop_loop_stage_seconds_total',
    help: 'What the time of the loop was spent on. "wait" is all that lies outside turns.',
    label: 'stage',
    read: (meters) => byLabel('stage', readStages(meters)),
  },
  {
    type: 'counter',
    name: 'edgeloop_plugin_handler_seconds_total',
    help: 'Time spent in hooks and timers of the plugin, up to their first await.',
    label: 'plugin',
    read: ({ plugins }) => plugins.read().map(({ name, handlerSeconds }) => [{ plugin: name }, handlerSeconds]),
  },
  {
    type: 'counter',
    name: 'edgeloop_plugin_stalls_total',
    help: 'Times that the plugin has kept the loop for more than stallMs (100 ms unless set) in one go.',
    label: 'plugin',
    read: ({ plugins }) => plugins.read().map(({ name, stalls }) => [{ plugin: name }, stalls]),
  },
  {
    type: 'counter',
    name: 'edgeloop_hook_stalls_total',
    help: 'The same, of plugins and of what belongs to none, by the hook or callback that has kept the loop.',
    label: 'hook',
    read: ({ stallsByHook }) => stallsByHook.entries().map(([hook, count]) => [{ hook }, count]),
  },
  {
    type: 'counter',
    name: 'edgeloop_errors_total',
    help: 'Errors that ended connections, dials or the accepting of a listener for a while, by their code.',
    label: 'code',
    read: ({ errors }) => errors.entries().map(([code, count]) => [{ code }, count]),
  },
];

const gauge = (name: string, help: string, read: (standing: Standing) => number): MetricRow => ({
  type: 'gauge',
  name,
  help,
  read: (meters) => [[{}, read(readGauges(meters))]],
});

const GAUGES: readonly MetricRow[] = [
  {
    type: 'gauge',
    name: 'edgeloop_connections',
    help: 'Connections by state: open; draining, when the queue is sent before our FIN; closing, when the FIN of the peer is missing.',
    label: 'state',
    read: (meters) => {
      const { connectionsOpen: open, connectionsDraining: draining, connectionsClosing: closing } = readGauges(meters);
      return byLabel('state', { open, draining, closing });
    },
  },
  gauge('edgeloop_connections_congested', 'Connections above their high-water mark.', ({ connectionsCongested }) => connectionsCongested),
  gauge('edgeloop_queued_bytes', 'Bytes that wait in the process for sockets to take them.', ({ bytesQueued }) => bytesQueued),
  gauge('edgeloop_loop_channels', 'Connections, listeners and all else that the loop watches: the slots that are taken.', ({ channels }) => channels),
  gauge(
    'edgeloop_loop_ready_channels',
    'Connections and other channels that waited for their next turn when the last one ended.',
    ({ readyQueue }) => readyQueue,
  ),
  gauge(
    'edgeloop_loop_turn_age_seconds',
    'How long the present turn has lasted; 0 between turns. Seen from another thread, a blocked loop grows here.',
    ({ turnAgeSeconds }) => turnAgeSeconds,
  ),
  gauge('edgeloop_timers_pending', 'Timers on the wheel.', ({ timersPending }) => timersPending),
  {
    type: 'gauge',
    name: 'edgeloop_offloads',
    help: 'Tasks for the pool of threads that are not over, by state.',
    label: 'state',
    read: (meters) => {
      const { offloadsRunning: running, offloadsQueued: queued } = readGauges(meters);
      return byLabel('state', { running, queued });
    },
  },
  gauge('edgeloop_tasks_pending', 'Posted tasks that wait.', ({ tasksPending }) => tasksPending),
];

/** Counters first, then gauges. */
export const METRIC_ROWS: readonly MetricRow[] = [...COUNTER_ROWS.map(counterRow), ...OTHER_COUNTERS, ...GAUGES];

function counterRow(row: CounterRow): MetricRow {
  const { name, help } = row;
  if ('counter' in row) return { type: 'counter', name, help, read: ({ counters }) => [[{}, counters[row.counter]]] };
  const { label } = row;
  const read = ({ counters }: Meters): Values => Object.entries(row.counters).map(([value, counter]) => [{ [label]: value }, counters[counter]]);
  return { type: 'counter', name, help, label, read };
}

/** A metric of buckets, by the name of its histogram. */
export const HISTOGRAM_ROWS = [
  { name: 'edgeloop_loop_turn_duration_seconds', help: 'How long turns took, without the wait before them.', histogram: 'turnSeconds' },
  { name: 'edgeloop_epoll_batch_events', help: 'How many events one epoll_wait brought.', histogram: 'batchEvents' },
  { name: 'edgeloop_timer_lateness_seconds', help: 'How much later than they were due timers were called.', histogram: 'timerLatenessSeconds' },
  {
    name: 'edgeloop_loop_ready_age_seconds',
    help: 'How long those that waited in the ready queue from one turn to the next had waited, once for each such turn.',
    histogram: 'readyAgeSeconds',
  },
  {
    name: 'edgeloop_handoff_duration_seconds',
    help: 'How long connections that another thread has accepted were on their way to this loop.',
    histogram: 'handoffSeconds',
  },
] as const;

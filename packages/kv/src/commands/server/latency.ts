import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import type { RegisteredCommand } from '../../catalogue/registry.js';
import { ReplyError } from '../../command/reply-error.js';
import { drawHistory, latencyReport } from './latency-report.js';

const definition = {
  arity: 2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '2.8.13',
  complexity: 'O(1)',
  syntax: '',
} as const;

const history: Command = {
  ...definition,
  name: 'history',
  arity: 3,
  summary: 'Answers when an event took long, and how long, in ms.',
  syntax: 'event',
  execute(call) {
    const events = call.server.latency.histories.get(call.text(2))?.events ?? [];
    call.reply.array(events.length);
    for (const { seconds, milliseconds } of events) {
      call.reply.array(2);
      call.reply.integer(seconds);
      call.reply.integer(milliseconds);
    }
  },
};

const latest: Command = {
  ...definition,
  name: 'latest',
  summary: 'Answers for each event when it took long last, how long, and how long at most.',
  execute({ server: { latency: monitor }, reply }) {
    reply.array(monitor.histories.size);
    for (const [event, { events, maxMs }] of monitor.histories) {
      const last = events.at(-1);
      reply.array(4);
      reply.text(event);
      reply.integer(last?.seconds ?? 0);
      reply.integer(last?.milliseconds ?? 0);
      reply.integer(maxMs);
    }
  },
};

const reset: Command = {
  ...definition,
  name: 'reset',
  arity: -2,
  summary: 'Forgets some events or all, and answers how many.',
  syntax: '[event [event ...]]',
  execute(call) {
    const events = Array.from({ length: call.count - 2 }, (_, index) => call.text(index + 2));
    call.reply.integer(call.server.latency.reset(events.length === 0 ? undefined : events));
  },
};

const graph: Command = {
  ...definition,
  name: 'graph',
  arity: 3,
  summary: 'Draws how long an event took, with letters.',
  syntax: 'event',
  execute(call) {
    const event = call.text(2);
    const known = call.server.latency.histories.get(event);
    if (known === undefined) throw new ReplyError(`ERR No samples available for event '${call.latin1(2)}'`);
    call.reply.verbatim('txt', drawHistory(event, known, call.server.keyspace.nowMs));
  },
};

const doctor: Command = {
  ...definition,
  name: 'doctor',
  summary: 'Tells in words what took long.',
  execute({ server, reply }) {
    reply.verbatim('txt', latencyReport(server.latency));
  },
};

const histogram: Command = {
  ...definition,
  name: 'histogram',
  arity: -2,
  since: '7.0.0',
  summary: 'Answers how many calls of commands took up to 1, 2, 4, … µs.',
  complexity: 'O(N) for N commands',
  syntax: '[command [command ...]]',
  execute(call) {
    const commands = namedCommands(call).filter(({ stats }) => stats.histogram !== undefined);
    call.reply.map(commands.length);
    for (const command of commands) replyHistogram(call, command);
  },
};

export const latency: Command = {
  ...definition,
  name: 'latency',
  arity: -2,
  flags: [],
  summary: 'Tells what took long, and how long commands take.',
  complexity: 'Depends on the subcommand.',
  subcommands: [doctor, graph, helpCommand('server', '2.8.13'), histogram, history, latest, reset],
  execute() {},
};

/** A command that has subcommands stands for these. */
function namedCommands(call: Call): RegisteredCommand<Call>[] {
  if (call.count === 2) return call.registry.withSubcommands();
  return Array.from({ length: call.count - 2 }, (_, index) => call.registry.byName(call.latin1(index + 2)))
    .flatMap((command) => (command === undefined ? [] : [command, ...command.subcommands.values()]));
}

/** The counts are cumulative, from the first bucket to the last one that differs from the one before. */
function replyHistogram({ reply }: Call, { fullName, stats }: RegisteredCommand<Call>): void {
  let calls = 0;
  const buckets: (readonly [number, number])[] = [];
  for (const [power, count] of (stats.histogram ?? []).entries()) {
    calls += count;
    if (count > 0) buckets.push([2 ** power, calls]);
  }
  reply.text(fullName);
  reply.map(2);
  reply.text('calls');
  reply.integer(calls);
  reply.text('histogram_usec');
  reply.map(buckets.length);
  for (const pair of buckets) for (const value of pair) reply.integer(value);
}

import type { RegisteredCommand, Registry } from '../catalogue/registry.js';
import type { Client, ReplyMode } from '../client/client.js';
import { OutOfMemory } from '../memory/out-of-memory.js';
import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Arguments } from '../protocol/request.js';
import type { Server } from '../server/server.js';
import { Call, type Nested } from './call.js';
import { executeLogged } from './logged-execution.js';
import { feedMonitors, shownArguments } from './monitor-feed.js';
import { checkPermission, checkPermissionAgain } from './permission.js';
import { QUOTED_BYTES, quoted } from './quoted-argument.js';
import { OUT_OF_MEMORY, ReplyError } from './reply-error.js';
import { checkLog, checkMemory } from './resources.js';
import { Stopwatch } from './stopwatch.js';
import { endCaching, trackKeys } from './tracked-keys.js';

/** What a client of version 2 may do while it has subscriptions: it could not tell other replies from messages. */
const IN_PUBSUB = new Set([
  'subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe', 'ping', 'quit', 'reset',
]);

/**
 * The way of a request: find its command, see whether it may run, run it or queue it, count it.
 *
 * Each request is answered exactly once, also where it goes wrong: what a command has written before it failed is taken back.
 */
export class Dispatcher implements Nested {
  /** Whether the request that came last may not be served yet, as commands are paused: it is to come again. */
  postponed = false;
  readonly #call: Call;
  readonly #stopwatch = new Stopwatch();

  constructor(call: Call) {
    this.#call = call;
  }

  /** A dispatcher whose commands may run others, by the same writer; and keep their client waiting, unless `mayBlock` is false. */
  static withNested(server: Server, registry: Registry<Call>, reply: ReplyWriter, { mayBlock = true } = {}): Dispatcher {
    const call = new Call(server, registry, reply);
    call.mayBlock = mayBlock;
    const inner = new Call(server, registry, reply);
    inner.outer = call;
    call.nested = new Dispatcher(inner);
    return new Dispatcher(call);
  }

  get reply(): ReplyWriter {
    return this.#call.reply;
  }

  /** Begins a turn: requests that come together. `nowMs` is that of `performance`. */
  begin(nowMs: number): void {
    this.#stopwatch.begin(nowMs);
  }

  /** Ends a turn. */
  end(isLarge = false): void {
    const eachMs = this.#stopwatch.end(isLarge);
    // What a script spends between its commands is none of theirs.
    if (this.#stopwatch.calls === 1 && !this.#call.isScripted && eachMs >= this.#call.server.noticeableMs) notice(this.#call, eachMs);
  }

  /** Runs a request that has been accepted before: one of a transaction's, or one of a script's. */
  run(client: Client, args: Arguments): void {
    const call = this.#call;
    call.take(args);
    call.client = client;
    call.blocked = false;
    call.mayBlock = false;
    call.reply.version = client.version;
    try {
      const command = this.#find(call);
      call.command = command;
      if (!client.user.isUnrestricted && !call.isScripted) checkPermissionAgain(call);
      this.#run(call, command);
    } catch (error) {
      this.#answerError(call, error);
    }
  }

  /** Serves one request. What it wrote is in `reply`, and behind that what was pushed to the client meanwhile. */
  dispatch(client: Client, args: Arguments): void {
    this.#dispatch(client, args);
    if (client.deferredPushes !== undefined) this.deliverPushes(client);
  }

  /** Writes behind the replies of a client what was pushed to it meanwhile. */
  deliverPushes(client: Client): void {
    for (const push of client.deferredPushes ?? []) this.reply.raw(push, 0, push.length);
    client.deferredPushes = undefined;
  }

  #dispatch(client: Client, args: Arguments): void {
    const call = this.#call;
    call.take(args);
    call.client = client;
    call.blocked = false;
    call.reply.version = client.version;
    if (client.replyMode !== 'on') return this.#serveMuted(call);
    const command = this.#accept(call);
    if (command !== undefined) this.#run(call, command);
  }

  /** Runs the command of a client again that has waited for this key: it was accepted and counted before. Returns whether it goes on waiting. */
  retry(client: Client, args: Arguments, key: Buffer): boolean {
    const call = this.#call;
    call.take(args);
    call.client = client;
    call.blocked = false;
    call.reply.version = client.version;
    call.ready = key;
    try {
      call.command = this.#find(call);
      this.#execute(call, call.command);
    } finally {
      call.ready = undefined;
    }
    return call.blocked;
  }

  /** The reply is kept back, unless the command is the one that turns replies on again. */
  #serveMuted(call: Call): void {
    const { client, reply } = call;
    const before = reply.hold();
    if (client.replyMode === 'skip-next') client.replyMode = 'skip';
    try {
      const command = this.#accept(call);
      if (command !== undefined) this.#run(call, command);
    } finally {
      const mode = client.replyMode as ReplyMode;
      if (mode === 'off' || mode === 'skip') reply.truncate(before);
      if (mode === 'skip' && !call.blocked) client.replyMode = 'on';
      reply.release();
    }
  }

  /** The command that may run now. Otherwise the client has its answer, or has to wait. */
  #accept(call: Call): RegisteredCommand<Call> | undefined {
    const { client } = call;
    let command: RegisteredCommand<Call> | undefined;
    try {
      command = this.#find(call);
      client.lastCommand = command;
      this.#check(call, command);
      checkMemory(call, command);
      checkLog(call, command);
      if (call.server.pause.mode !== undefined && mustWait(call, command)) {
        this.postponed = true;
        return undefined;
      }
      if (client.transaction === undefined || command.isImmediate) return command;
      client.transaction.requests.push(call.request());
      client.transaction.writes ||= mayChange(command);
      client.transaction.needsMemory ||= command.deniesWhenFull;
      call.reply.queued();
    } catch (error) {
      if (isHttp(call)) call.server.endCrossProtocol(client);
      else this.#refuse(call, error);
      endCaching(client, command);
    }
    return undefined;
  }

  /** A request that is refused spoils the transaction that it was to be part of; an EXEC ends it. */
  #refuse(call: Call, error: unknown): void {
    const { client, server } = call;
    if (error instanceof ReplyError && call.is(0, 'EXEC')) {
      client.transaction = undefined;
      server.watches.unwatch(client);
      return this.#answerError(call, new ReplyError(`EXECABORT Transaction discarded because of: ${error.message.replace(/^ERR /, '')}`));
    }
    if (client.transaction !== undefined) client.transaction.failed = true;
    this.#answerError(call, error);
  }

  #find(call: Call): RegisteredCommand<Call> {
    const command = call.registry.find(call.source, call.start(0), call.end(0));
    if (command === undefined) throw unknownCommand(call);
    if (!command.hasSubcommands || call.count < 2) return command;
    const sub = command.subcommands.get(call.latin1(1).toLowerCase());
    if (sub === undefined) throw unknownSubcommand(call, command);
    return sub;
  }

  #check(call: Call, command: RegisteredCommand<Call>): void {
    if (!command.accepts(call.count)) {
      command.stats.rejected++;
      throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
    }
    if (!call.client.authenticated && !command.needsNoAuth && call.server.mustLogIn(call.client)) {
      command.stats.rejected++;
      throw new ReplyError('NOAUTH Authentication required.');
    }
    if (!call.client.user.isUnrestricted) {
      call.command = command;
      checkPermission(call);
    }
    if (call.client.subscribed && call.client.version === 2 && !IN_PUBSUB.has(command.definition.name)) {
      throw new ReplyError(
        `ERR Can't execute '${command.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
    if (command.isForbiddenInMulti && call.client.transaction !== undefined) {
      command.stats.rejected++;
      throw new ReplyError('ERR Command not allowed inside a transaction');
    }
  }

  /** Runs a command that may run. */
  #run(call: Call, command: RegisteredCommand<Call>): void {
    call.command = command;
    call.server.stats.commandsProcessed++;
    if (!command.isBrief || call.server.isWatched) return this.#runTimed(call, command);
    this.#execute(call, command);
    this.#stopwatch.share(command.stats);
  }

  #runTimed(call: Call, command: RegisteredCommand<Call>): void {
    const { server } = call;
    const startMs = this.#stopwatch.start();
    call.nested?.begin(startMs);
    this.#execute(call, command);
    call.nested?.end();
    const durationMs = this.#stopwatch.stop(command.stats, startMs);
    if (durationMs >= server.noticeableMs) notice(call, durationMs);
    if (server.monitors.size > 0 && !command.isHidden) feedMonitors(call);
  }

  #execute(call: Call, command: RegisteredCommand<Call>): void {
    const before = call.reply.position;
    try {
      if (call.server.durability === undefined) command.execute(call);
      else executeLogged(call);
    } catch (error) {
      command.stats.failed++;
      // Behind half an answer nobody could tell the error from the rest of it.
      if (!call.reply.truncate(before)) call.server.kill(call.client);
      this.#answerError(call, error);
    }
    if (call.client.tracking !== undefined) trackKeys(call);
  }

  /** What a client did wrong is its answer. Anything else is our own bug, and not the client's business. */
  #answerError(call: Call, error: unknown): void {
    if (error instanceof OutOfMemory) return this.#answerError(call, OUT_OF_MEMORY);
    if (!(error instanceof ReplyError)) throw error;
    call.server.stats.countError(error.message);
    call.reply.error(error.message);
  }
}

/** A paused server serves those that cannot change anything, or nobody. Whose command waited for a key before goes first. */
function mustWait(call: Call, command: RegisteredCommand<Call>): boolean {
  const { client, server } = call;
  if (client.connection === undefined || client.waiting !== undefined) return false;
  return server.pause.mode === 'all' || mayChange(command) || (command.definition.name === 'exec' && client.transaction?.writes === true);
}

function mayChange(command: RegisteredCommand<Call>): boolean {
  return command.isWrite || command.flags.has('may_replicate');
}

/** A command took long; one that a transaction or a script runs is noticed as well. */
function notice(call: Call, durationMs: number): void {
  const { server, command, outer = call } = call;
  server.latency.add(command.flags.has('fast') ? 'fast-command' : 'command', durationMs, server.keyspace.nowMs);
  if (durationMs < server.slowlog.thresholdMs || command.flags.has('skip_slowlog')) return;
  server.slowlog.add(outer.client, shownArguments(call), durationMs, server.keyspace.nowMs);
}

/** A browser that was made to send a request to this port: it gets no further than its first line, and no answer. */
function isHttp(call: Call): boolean {
  return call.is(0, 'POST') || call.is(0, 'HOST:');
}

function unknownCommand(call: Call): ReplyError {
  call.client.lastCommand = undefined;
  let args = '';
  for (let i = 1; i < call.count && args.length < QUOTED_BYTES; i++) {
    args += `'${quoted(call, i, QUOTED_BYTES - args.length)}' `;
  }
  return new ReplyError(`ERR unknown command '${quoted(call, 0, QUOTED_BYTES)}', with args beginning with: ${args}`);
}

function unknownSubcommand(call: Call, command: RegisteredCommand<Call>): ReplyError {
  call.client.lastCommand = undefined;
  return new ReplyError(`ERR unknown subcommand '${quoted(call, 1, QUOTED_BYTES)}'. Try ${command.definition.name.toUpperCase()} HELP.`);
}

import type { Client } from '../client/client.js';
import { OutOfMemory } from '../memory/out-of-memory.js';
import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Server } from '../server/server.js';
import { type Arguments, Call, type Nested } from './call.js';
import type { RegisteredCommand, Registry } from './registry.js';
import { OUT_OF_MEMORY, ReplyError } from './reply-error.js';

/** What a client of version 2 may do while it has subscriptions: it could not tell other replies from messages. */
const IN_PUBSUB = new Set([
  'subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe', 'ping', 'quit', 'reset',
]);

/** Bytes of a name or an argument that an error repeats. */
const QUOTED_BYTES = 128;

/**
 * The way of a request: find its command, see whether it may run, run it or queue it, count it.
 *
 * Each request is answered exactly once, also where it goes wrong: what a command has written before it failed is taken back.
 */
export class Dispatcher implements Nested {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** A dispatcher whose commands may run others, by the same writer. */
  static withNested(server: Server, registry: Registry<Call>, reply: ReplyWriter): Dispatcher {
    const call = new Call(server, registry, reply);
    call.nested = new Dispatcher(new Call(server, registry, reply));
    return new Dispatcher(call);
  }

  /** Whether the command that ran last waits for a key. */
  get blocked(): boolean {
    return this.#call.blocked;
  }

  get reply(): ReplyWriter {
    return this.#call.reply;
  }

  /** Runs a request that has been accepted before: one of a transaction's. */
  run(client: Client, args: Arguments): void {
    const call = this.#call;
    call.take(args);
    call.client = client;
    call.blocked = false;
    call.mayBlock = false;
    call.reply.version = client.version;
    try {
      this.#run(call, this.#find(call));
    } catch (error) {
      this.#answerError(call, error);
    }
  }

  /** Serves one request. What it wrote is in `reply`, and behind that what was pushed to the client meanwhile. */
  dispatch(client: Client, args: Arguments): void {
    if (!client.subscriptions.any && client.replyMode === 'on') return this.#dispatch(client, args);
    const before = this.reply.length;
    client.deferredPushes = [];
    this.#dispatch(client, args);
    if (client.replyMode !== 'on') this.#mute(client, before);
    for (const push of client.deferredPushes) this.reply.raw(push, 0, push.length);
    client.deferredPushes = undefined;
  }

  #dispatch(client: Client, args: Arguments): void {
    const call = this.#call;
    call.take(args);
    call.client = client;
    call.blocked = false;
    const { reply } = call;
    reply.version = client.version;
    const command = this.#accept(call);
    if (command !== undefined) this.#run(call, command);
  }

  /** The command that may run now. Otherwise the client has its answer. */
  #accept(call: Call): RegisteredCommand<Call> | undefined {
    try {
      const command = this.#find(call);
      this.#check(call, command);
      if (call.client.transaction === undefined || command.flags.has('no_multi')) return command;
      call.client.transaction.requests.push(call.request());
      call.reply.queued();
    } catch (error) {
      if (call.client.transaction !== undefined) call.client.transaction.failed = true;
      this.#answerError(call, error);
    }
    return undefined;
  }

  #find(call: Call): RegisteredCommand<Call> {
    const command = call.registry.find(call.source, call.start(0), call.end(0));
    if (command === undefined) throw unknownCommand(call);
    if (command.subcommands.size === 0 || call.count < 2) return command;
    const sub = command.subcommands.get(call.latin1(1).toLowerCase());
    if (sub === undefined) throw unknownSubcommand(call, command);
    return sub;
  }

  #check(call: Call, command: RegisteredCommand<Call>): void {
    if (!command.accepts(call.count)) {
      command.stats.rejected++;
      throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
    }
    if (!call.client.authenticated && !command.needsNoAuth) {
      command.stats.rejected++;
      throw new ReplyError('NOAUTH Authentication required.');
    }
    if (call.client.version === 2 && call.client.subscriptions.any && !IN_PUBSUB.has(command.definition.name)) {
      throw new ReplyError(
        `ERR Can't execute '${command.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
  }

  /** Runs a command that may run. */
  #run(call: Call, command: RegisteredCommand<Call>): void {
    call.command = command;
    const before = call.reply.length;
    command.stats.calls++;
    call.server.stats.commandsProcessed++;
    try {
      command.definition.execute(call);
    } catch (error) {
      command.stats.failed++;
      call.reply.truncate(before);
      this.#answerError(call, error);
    }
  }

  /** What a client did wrong is its answer. Anything else is our own bug, and not the client's business. */
  #answerError(call: Call, error: unknown): void {
    if (error instanceof OutOfMemory) return this.#answerError(call, OUT_OF_MEMORY);
    if (!(error instanceof ReplyError)) throw error;
    call.server.stats.countError(error.message);
    call.reply.error(error.message);
  }

  #mute(client: Client, before: number): void {
    if (client.replyMode === 'skip-next') client.replyMode = 'skip';
    else this.reply.truncate(before);
    if (client.replyMode === 'skip') client.replyMode = 'on';
  }
}

/** The begin of an argument, up to its first zero byte, as Redis prints it. */
function quoted(call: Call, index: number, bytes: number): string {
  return (call.latin1(index).split('\0', 1)[0] as string).slice(0, bytes);
}

function unknownCommand(call: Call): ReplyError {
  let args = '';
  for (let i = 1; i < call.count && args.length < QUOTED_BYTES; i++) {
    args += `'${quoted(call, i, QUOTED_BYTES - args.length)}' `;
  }
  return new ReplyError(`ERR unknown command '${quoted(call, 0, QUOTED_BYTES)}', with args beginning with: ${args}`);
}

function unknownSubcommand(call: Call, command: RegisteredCommand<Call>): ReplyError {
  return new ReplyError(`ERR unknown subcommand '${quoted(call, 1, QUOTED_BYTES)}'. Try ${command.definition.name.toUpperCase()} HELP.`);
}

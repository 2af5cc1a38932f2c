import type { Client } from '../../client/client.js';
import { feedMonitors } from '../../command/monitor-feed.js';
import { Call } from '../../command/call.js';
import { Dispatcher } from '../../command/dispatcher.js';
import type { RegisteredCommand } from '../../catalogue/registry.js';
import { OUT_OF_MEMORY, ReplyError } from '../../command/reply-error.js';
import { type Denial, denialOf, logDenial } from '../../command/permission.js';
import { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Arguments } from '../../protocol/request.js';
import { ScriptError, type ScriptFlag, type ScriptHost } from '../../scripting/index.js';
import type { Server } from '../../server/server.js';

const UNKNOWN = new ReplyError('ERR Unknown Redis command called from script');
const WRONG_COUNT = new ReplyError('ERR Wrong number of args calling Redis command from script');
const NOT_ALLOWED = new ReplyError('ERR This Redis command is not allowed from script');
const MAY_WRITE = new ReplyError('ERR Can not execute a script with write flag using *_ro command.');
const NO_COMMAND = new ReplyError("ERR The user executing the script can't run this command or subcommand");
const NO_CHANNEL = new ReplyError("ERR The user executing the script can't publish to the channel mentioned in the command");
const NO_KEY = new ReplyError("ERR The user executing the script can't access at least one of the keys mentioned in the command arguments");
const NOT_PERSISTED = "MISCONF Redis is configured to persist data to AOF, but it's currently unable to persist to disk. "
  + "Writable scripts are blocked. Use 'no-writes' flag for read only scripts.";
const READ_ONLY = new ReplyError('ERR Write commands are not allowed from read-only scripts.');

const hosts = new WeakMap<Server, ScriptCommands>();

/** What a script or function has declared; undefined for a script without a first line for that, which is trusted as before there were flags. */
type Flags = ReadonlySet<ScriptFlag> | undefined;

/**
 * What a script reaches of the server: `redis.call` and its kin. Commands run on behalf of a client of the server's own, which has
 * the database of the one that runs the script; a SELECT in the script holds for the script.
 */
export class ScriptCommands implements ScriptHost {
  readonly #call: Call;
  readonly #client: Client;
  /** Who runs the script. */
  #caller: Client;
  readonly #dispatcher: Dispatcher;
  readonly #reply = new ReplyWriter();
  #readOnly = false;
  #mayExceedMemory = false;
  #hasWritten = false;
  /** Whether the script has had an error that no command has to answer for. */
  #hasFailed = false;

  constructor({ server, registry }: Call) {
    this.#reply.hold();
    this.#call = new Call(server, registry, this.#reply);
    this.#call.isScripted = true;
    this.#client = server.addClient();
    this.#caller = this.#client;
    this.#dispatcher = new Dispatcher(this.#call);
  }

  /** Runs a script, or loads a library, on behalf of a call. `readOnly` if it may not change anything whatever it declares. Error: ReplyError. */
  run(call: Call, flags: Flags, readOnly: boolean, script: () => void): void {
    if (call.server.monitors.size > 0) feedMonitors(call);
    checkFlags(call, flags, readOnly);
    this.#client.user = call.client.user;
    this.#caller = call.client;
    this.#readOnly = readOnly || flags?.has('no-writes') === true;
    this.#mayExceedMemory = !call.server.outOfMemory || flags?.has('allow-oom') === true;
    this.#hasWritten = false;
    this.#hasFailed = false;
    this.#client.db = call.client.db;
    this.#client.version = 2;
    this.#client.tracking = call.client.tracking;
    this.#call.outer = call;
    this.#dispatcher.begin(performance.now());
    try {
      answering(script);
    } finally {
      this.#dispatcher.end();
      if (this.#hasFailed) call.command.stats.failed++;
    }
  }

  call(args: Arguments): Buffer {
    this.#reply.clear();
    try {
      const command = this.#accept(args);
      if (!this.#client.user.isUnrestricted) this.#checkPermission(command, args);
      this.#hasWritten ||= command.isWrite;
      this.#dispatcher.run(this.#client, args);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      this.failed(error.message);
      this.#reply.error(error.message);
    }
    return this.#reply.written();
  }

  mayCall(args: Arguments): boolean | undefined {
    const command = this.#find(args);
    return command === undefined ? undefined : this.#denialOf(command, args) === undefined;
  }

  log(level: number, text: string): void {
    this.#call.server.log(level, text);
  }

  setProtocol(version: 2 | 3): void {
    this.#client.version = version;
  }

  failed(text: string): void {
    this.#hasFailed = true;
    this.#call.server.stats.countError(text);
  }

  /** Nobody else is served meanwhile, and so nobody can send SCRIPT KILL. A script that has changed nothing may be stopped at any place. */
  overdue(): 'continue' | 'kill' {
    return this.#hasWritten ? 'continue' : 'kill';
  }

  #checkPermission(command: RegisteredCommand<Call>, args: Arguments): void {
    const denial = this.#denialOf(command, args);
    if (denial === undefined) return;
    logDenial(this.#call, this.#caller, denial, 'lua');
    if (denial.reason === 'channel') throw NO_CHANNEL;
    throw denial.reason === 'command' ? NO_COMMAND : NO_KEY;
  }

  /** What keeps the user from running the command. */
  #denialOf(command: RegisteredCommand<Call>, args: Arguments): Denial | undefined {
    this.#call.take(args);
    this.#call.command = command;
    return denialOf(this.#client.user, this.#call);
  }

  #find({ source, starts, ends, count }: Arguments): RegisteredCommand<Call> | undefined {
    const parent = this.#call.registry.find(source, starts[0] as number, ends[0] as number);
    if (parent?.hasSubcommands !== true || count < 2) return parent;
    return parent.subcommands.get(source.toString('latin1', starts[1], ends[1]).toLowerCase());
  }

  /** The command that may run now. Error: ReplyError. */
  #accept(args: Arguments): RegisteredCommand<Call> {
    const command = this.#find(args);
    if (command === undefined) throw UNKNOWN;
    const refusal = this.#refusalOf(command, args.count);
    if (refusal === undefined) return command;
    command.stats.rejected++;
    throw refusal;
  }

  #refusalOf(command: RegisteredCommand<Call>, count: number): ReplyError | undefined {
    if (!command.accepts(count)) return WRONG_COUNT;
    if (command.flags.has('noscript')) return NOT_ALLOWED;
    const refusal = this.#call.server.durability?.refusal;
    if (refusal !== undefined && command.isWrite) return new ReplyError(refusal);
    if (this.#readOnly && (command.isWrite || command.flags.has('may_replicate'))) return READ_ONLY;
    // A script that has begun to write is not stopped in the middle of it.
    return command.deniesWhenFull && !this.#mayExceedMemory && !this.#hasWritten ? OUT_OF_MEMORY : undefined;
  }
}

/** Does something of the engines, whose errors are the client's answer. Error: ReplyError. */
export function answering<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof ScriptError ? new ReplyError(error.message) : error;
  }
}

/** What the server's scripts and functions run in. */
export function scriptCommands(call: Call): ScriptCommands {
  const known = hosts.get(call.server);
  if (known !== undefined) return known;
  const host = new ScriptCommands(call);
  hosts.set(call.server, host);
  return host;
}

/** What says what it does, and not that it writes nothing, may write. */
function checkFlags({ server }: Call, flags: Flags, readOnly: boolean): void {
  if (flags === undefined || flags.has('no-writes')) return;
  const refusal = server.durability?.refusal;
  if (refusal !== undefined) throw new ReplyError(`${NOT_PERSISTED} AOF error: ${refusal.slice(refusal.lastIndexOf(': ') + 2)}`);
  if (server.outOfMemory && !flags.has('allow-oom')) throw OUT_OF_MEMORY;
  if (readOnly) throw MAY_WRITE;
}

import type { Client } from '../../client/client.js';
import { Call } from '../../command/call.js';
import { Dispatcher } from '../../command/dispatcher.js';
import type { RegisteredCommand } from '../../command/registry.js';
import { ReplyError } from '../../command/reply-error.js';
import { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Arguments } from '../../protocol/request.js';
import type { ScriptHost } from '../../scripting/index.js';

const UNKNOWN = 'ERR Unknown Redis command called from script';
const WRONG_COUNT = 'ERR Wrong number of args calling Redis command from script';
const NOT_ALLOWED = 'ERR This Redis command is not allowed from script';
const READ_ONLY = 'ERR Write commands are not allowed from read-only scripts.';

/**
 * What a script reaches of the server: `redis.call` and its kin. Commands run on behalf of a client of the server's own, which has
 * the database of the one that runs the script; a SELECT in the script holds for the script.
 */
export class ScriptCommands implements ScriptHost {
  readonly #call: Call;
  readonly #client: Client;
  readonly #dispatcher: Dispatcher;
  readonly #reply = new ReplyWriter();
  #readOnly = false;
  #hasWritten = false;

  constructor(call: Call) {
    this.#call = call;
    this.#client = call.server.addClient();
    this.#reply.hold();
    const inner = new Call(call.server, call.registry, this.#reply);
    inner.isScripted = true;
    this.#dispatcher = new Dispatcher(inner);
  }

  /** To be called before each script. */
  begin(client: Client, readOnly: boolean): void {
    this.#client.db = client.db;
    this.#client.version = 2;
    this.#readOnly = readOnly;
    this.#hasWritten = false;
  }

  call(args: Arguments): Buffer {
    this.#reply.clear();
    try {
      const command = this.#find(args);
      this.#hasWritten ||= command.isWrite;
      this.#dispatcher.run(this.#client, args);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      this.#reply.error(error.message);
    }
    return this.#reply.written();
  }

  mayCall({ source, starts, ends }: Arguments): boolean | undefined {
    return this.#call.registry.find(source, starts[0] as number, ends[0] as number) === undefined ? undefined : true;
  }

  log(): void {}

  setProtocol(version: 2 | 3): void {
    this.#client.version = version;
  }

  /** Nobody else is served meanwhile, and so nobody can send SCRIPT KILL. A script that has changed nothing may be stopped at any place. */
  overdue(): 'continue' | 'kill' {
    return this.#hasWritten ? 'continue' : 'kill';
  }

  #find({ source, starts, ends, count }: Arguments): RegisteredCommand<Call> {
    const parent = this.#call.registry.find(source, starts[0] as number, ends[0] as number);
    if (parent === undefined) throw new ReplyError(UNKNOWN);
    const sub = count < 2 ? undefined : parent.subcommands.get(source.toString('latin1', starts[1], ends[1]).toLowerCase());
    const command = sub ?? parent;
    if (!command.accepts(count)) throw new ReplyError(WRONG_COUNT);
    if (command.flags.has('noscript')) throw new ReplyError(NOT_ALLOWED);
    if (this.#readOnly && command.isWrite) throw new ReplyError(READ_ONLY);
    return command;
  }
}

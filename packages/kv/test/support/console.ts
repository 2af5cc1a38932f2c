import type { Test } from 'tap';
import { Dispatcher } from '../../src/command/dispatcher.js';
import { Registry } from '../../src/catalogue/registry.js';
import { commands } from '../../src/commands/index.js';
import type { Collection } from '../../src/values/value-context.js';
import { Request } from '../../src/protocol/request.js';
import { ReplyWriter } from '../../src/protocol/reply-writer.js';
import { applyAll } from '../../src/server/parameters.js';
import { Server } from '../../src/server/server.js';
import { kvOptions } from '../../src/server/settings.js';

/** A server without connections, and a client that types commands into it. */
export class Console {
  readonly server = new Server(kvOptions.parse({}), { after: () => ({ cancel() {} }), every: () => ({ cancel() {} }) });
  readonly client = this.server.addClient();
  readonly #reply = new ReplyWriter();
  readonly #dispatcher = Dispatcher.withNested(this.server, new Registry(commands), this.#reply);

  constructor() {
    applyAll(this.server);
  }

  /** Runs a command, whose words are parted by blanks, and returns the reply as it is sent, with blanks for line ends: `*2 $1 a $1 b`. */
  run(line: string): string {
    return this.send(...line.split(' '));
  }

  /** The same with arguments that may have blanks or be empty; each character is a byte. */
  send(...args: string[]): string {
    this.#reply.clear();
    this.#dispatcher.dispatch(this.client, new Request(args.map((arg) => Buffer.from(arg, 'latin1'))));
    return this.#reply.written().toString('latin1').slice(0, -2).replaceAll('\r\n', ' ');
  }

  /** The strings of a reply, of which none may have a blank. */
  strings(line: string): string[] {
    return [...this.run(line).matchAll(/\$\d+ (\S*)/g)].map(([, text]) => text as string);
  }

  /** The collection at a key. */
  collection(key: string): Collection | undefined {
    const bytes = Buffer.from(key);
    const entry = this.client.db.find(bytes, 0, bytes.length);
    return entry === 0 ? undefined : this.client.db.collectionOf(entry);
  }

  /** The changes that a command announces, each as `event key`. */
  changesOf(line: string): string[] {
    const changes: string[] = [];
    const listener = {
      keyChanged: (_db: unknown, key: Buffer, event: string): void => void changes.push(`${event} ${key.toString('latin1')}`),
    };
    this.server.changes.listeners.push(listener);
    this.client.db.observers++;
    this.run(line);
    this.client.db.observers--;
    this.server.changes.listeners.pop();
    return changes;
  }
}

/** Runs command lines one after the other, each of which must have its reply. */
export function dialogue(t: Test, console: Console, lines: readonly (readonly [line: string, reply: string])[]): void {
  for (const [line, reply] of lines) t.equal(console.run(line), reply, line);
}

import { Registry } from '../../src/catalogue/registry.js';
import type { Client } from '../../src/client/client.js';
import { Dispatcher } from '../../src/command/dispatcher.js';
import { commands } from '../../src/commands/index.js';
import { ReplyWriter } from '../../src/protocol/reply-writer.js';
import { Request } from '../../src/protocol/request.js';
import { Server } from '../../src/server/server.js';
import { kvOptions } from '../../src/server/settings.js';
import { type RecordedEffect, shown } from './recorded-log.js';

const ERROR = 0x2d;

/** A server that is made from what another one has logged, as after a crash; but for its layouts, which are others. */
export class Replica {
  readonly server: Server;
  readonly #client: Client;
  readonly #reply = new ReplyWriter();
  readonly #dispatcher: Dispatcher;

  constructor() {
    this.server = new Server(kvOptions.parse({}), { after: () => ({ cancel() {} }), every: () => ({ cancel() {} }) });
    // So that the nodes of a stream end elsewhere, as they do when it has been in a snapshot.
    Object.assign(this.server.keyspace.limits, { streamNodeMaxEntries: 7, hashMaxListpackEntries: 5, listMaxListpackSize: 3 });
    this.server.keyspace.nowMs = 0;
    this.#client = this.server.addClient();
    this.#reply.hold();
    this.#dispatcher = Dispatcher.withNested(this.server, new Registry(commands), this.#reply, { mayBlock: false });
  }

  /** Does it again. Returns what has failed. */
  apply(group: readonly RecordedEffect[]): string[] {
    return group.flatMap((effect) => {
      this.#client.db = this.server.keyspace.databases[effect.database]!;
      this.#reply.clear();
      this.#dispatcher.run(this.#client, new Request(effect.words));
      const reply = this.#reply.written();
      return reply[0] === ERROR ? [`${shown(effect)}: ${reply.toString('latin1')}`] : [];
    });
  }
}

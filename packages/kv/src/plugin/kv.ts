import { EdgeloopError, type PluginContext, definePlugin } from '@edgeloop/reactor';
import type { Client } from '../client/client.js';
import { Registry } from '../catalogue/registry.js';
import type { Call } from '../command/call.js';
import { commands } from '../commands/index.js';
import { NodeDisk } from '../disk/node-disk.js';
import { storeFailed } from '../disk/store-failed.js';
import type { DurableStore, StoreParts } from '../durability/durable-store.js';
import { openStore } from '../durability/open-store.js';
import { KvApi } from '../embedded/kv-api.js';
import { applyAll } from '../server/parameters.js';
import { Server } from '../server/server.js';
import { CONNECTION_DEFAULTS, kvOptions } from '../server/settings.js';
import { Frontend } from './frontend.js';
import { ReactorTimers } from './reactor-timers.js';

/** The levels of `redis.log`, from debug to warning, as the log has them. */
const SCRIPT_LEVELS = ['debug', 'debug', 'info', 'warn'] as const;

/** A task for the sake of the turn that it brings about. */
const NOTHING = (): void => {};

/**
 * A Redis-compatible key-value server. `reactor.use(kv, {…}).listen({ port: 6380 })` opens it; `api` of what `use` returns is the
 * store for the program itself, without a socket.
 */
export const kv = definePlugin({
  name: 'kv',
  options: kvOptions,
  connectionDefaults: CONNECTION_DEFAULTS,
  state: (): Client | undefined => undefined,
  setup({ options, timers, log, floodLog, post, waitFor, closed }) {
    const server = new Server(options, new ReactorTimers({ timers, post }));
    applyAll(server);
    if (options.enableShutdownCommand) server.shutDown = () => void process.kill(process.pid, 'SIGTERM');
    server.limitWatch.log = floodLog;
    server.log = (level, text) => log[SCRIPT_LEVELS[level] ?? 'info']({ event: 'kv.script' }, text);
    const registry = new Registry(commands);
    const store = options.dir === '' ? undefined : openStoreIn(options.dir, { server, log, wake: () => ensureTurn(post), waitFor, closed }, registry);
    const frontend = new Frontend(server, registry);
    return {
      ...(store === undefined ? {} : { beforeOutput: () => store.write(), onShutdown: () => store.secured() }),
      api: KvApi.of({ server, registry }),
      onOpen(connection) {
        connection.state = frontend.open(connection);
      },
      onData(connection, chunk) {
        if (connection.state !== undefined) frontend.receive(connection.state, chunk);
      },
      onHalfClose(connection) {
        return connection.state === undefined ? undefined : frontend.halfClose(connection.state);
      },
      onDrain(connection) {
        if (connection.state !== undefined) frontend.drained(connection.state);
      },
      onClose(connection) {
        if (connection.state !== undefined) frontend.close(connection.state);
      },
    };
  },
});

/** Sees to it that the loop makes a turn soon: the log is written at its end. */
function ensureTurn(post: PluginContext<unknown>['post']): void {
  try {
    post(NOTHING);
  } catch (error) {
    // Where no more can be posted a turn comes all the same: for what was posted before, or the last one of a reactor that is being closed.
    if (!(error instanceof EdgeloopError)) throw error;
  }
}

/** Opens the folder, which is closed with the reactor. Errors: EL_STORE_LOCKED, EL_STORE_CORRUPT, EL_STORE_FAILED. */
function openStoreIn(folder: string, parts: Omit<StoreParts, 'disk'> & Pick<PluginContext<unknown>, 'closed'>, registry: Registry<Call>): DurableStore {
  const disk = NodeDisk.open(folder);
  try {
    const store = openStore({ ...parts, disk }, registry);
    // An error of it nobody could catch: it is the program's end.
    void parts.closed.then(() => {
      try {
        store.close();
      } finally {
        disk.close();
      }
    });
    return store;
  } catch (error) {
    disk.close();
    throw storeFailed(disk.folder, error);
  }
}

import { definePlugin } from '@edgeloop/reactor';
import type { Client } from '../client/client.js';
import { Registry } from '../catalogue/registry.js';
import { commands } from '../commands/index.js';
import { KvApi } from '../embedded/kv-api.js';
import { applyAll } from '../server/parameters.js';
import { Server } from '../server/server.js';
import { CONNECTION_DEFAULTS, kvOptions } from '../server/settings.js';
import { Frontend } from './frontend.js';
import { ReactorTimers } from './reactor-timers.js';

/** The levels of `redis.log`, from debug to warning, as the log has them. */
const SCRIPT_LEVELS = ['debug', 'debug', 'info', 'warn'] as const;

/**
 * A Redis-compatible key-value server. `reactor.use(kv, {…}).listen({ port: 6380 })` opens it; `api` of what `use` returns is the
 * store for the program itself, without a socket.
 */
export const kv = definePlugin({
  name: 'kv',
  options: kvOptions,
  connectionDefaults: CONNECTION_DEFAULTS,
  state: (): Client | undefined => undefined,
  setup({ options, timers, log, floodLog }) {
    const server = new Server(options, new ReactorTimers(timers));
    applyAll(server);
    if (options.enableShutdownCommand) server.shutDown = () => void process.kill(process.pid, 'SIGTERM');
    server.limitWatch.log = floodLog;
    server.log = (level, text) => log[SCRIPT_LEVELS[level] ?? 'info']({ event: 'kv.script' }, text);
    const registry = new Registry(commands);
    const frontend = new Frontend(server, registry);
    return {
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

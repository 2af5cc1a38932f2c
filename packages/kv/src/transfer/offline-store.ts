import { Registry } from '../catalogue/registry.js';
import { commands } from '../commands/index.js';
import type { Store } from '../embedded/kv-api.js';
import { applyAll } from '../server/parameters.js';
import { Server } from '../server/server.js';
import { MAX_DATABASES, kvOptions } from '../server/settings.js';
import { nodeTimers } from './node-timers.js';

/** An empty store that nobody connects to, for work on a folder whose server does not run. How many databases that one has, the folder does not say. */
export function newStore(): Store {
  const server = new Server(kvOptions.parse({ databases: MAX_DATABASES }), nodeTimers);
  applyAll(server);
  return { server, registry: new Registry(commands) };
}

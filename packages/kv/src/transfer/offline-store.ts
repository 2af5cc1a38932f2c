import { Registry } from '../catalogue/registry.js';
import { commands } from '../commands/index.js';
import type { Store } from '../embedded/kv-api.js';
import { applyAll } from '../server/parameters.js';
import { Server } from '../server/server.js';
import { kvOptions } from '../server/settings.js';
import { nodeTimers } from './node-timers.js';

/** As many as a server may have: how many the one has that a folder belongs to, the folder does not say. */
const DATABASES = 1024;

/** An empty store that nobody connects to, for work on a folder whose server does not run. */
export function newStore(): Store {
  const server = new Server(kvOptions.parse({ databases: DATABASES }), nodeTimers);
  applyAll(server);
  return { server, registry: new Registry(commands) };
}

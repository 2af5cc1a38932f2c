/**
 * Loaded into each test process, so that the programs and the threads which a test starts run as users start them. tap hands its module
 * loaders down to every Node.js process through NODE_OPTIONS, and to every worker with the process's own options: that more than
 * doubles the time to start, and quadruples a worker's. Only coverage has a use for it.
 */
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
import processOnSpawn from 'process-on-spawn';

if (process.env._TAPJS_PROCESSINFO_COVERAGE_ === '0') {
  // tap's own listener, which puts the loader there, has run before.
  processOnSpawn.addListener(({ env }) => {
    delete env.NODE_OPTIONS;
  });

  threads.Worker = class extends threads.Worker {
    constructor(module, { env = process.env, ...options } = {}) {
      const { NODE_OPTIONS: _, ...plain } = env === threads.SHARE_ENV ? process.env : env;
      super(module, { execArgv: [], ...options, env: plain });
    }
  };
  syncBuiltinESMExports();
}

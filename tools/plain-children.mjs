/**
 * Loaded into each test process, so that the programs which a test starts run as users start them. Through NODE_OPTIONS tap hands its
 * module loader down to every Node.js process, which more than doubles the time to start. Only coverage has a use for it.
 */
import processOnSpawn from 'process-on-spawn';

if (process.env._TAPJS_PROCESSINFO_COVERAGE_ === '0') {
  // tap's own listener, which puts the loader there, has run before.
  processOnSpawn.addListener(({ env }) => {
    delete env.NODE_OPTIONS;
  });
}

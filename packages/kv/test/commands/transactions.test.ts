import t from 'tap';
import { Console, dialogue } from '../support/console.js';

/** What EXEC answers after some lines, of which the first ones prepare, the one behind WATCH changes something. */
function execAfter(...lines: readonly string[]): string {
  const console = new Console();
  for (const line of [...lines, 'MULTI', 'PING']) console.run(line);
  return console.run('EXEC');
}

const [DONE, BROKEN] = ['*1 +PONG', '*-1'];

t.test('a flush breaks the watches of keys that there were, and no others', async (t) => {
  for (const flush of ['FLUSHDB', 'FLUSHALL']) {
    t.equal(execAfter('SET k 1', 'WATCH k', flush), BROKEN, flush);
    t.equal(execAfter('SET other 1', 'WATCH k', flush), DONE, flush);
    t.equal(execAfter('WATCH k', flush), DONE, flush);
  }
});

t.test('SWAPDB breaks the watches of keys that are in one of the two databases', async (t) => {
  t.equal(execAfter('SET k 1', 'WATCH k', 'SWAPDB 0 1'), BROKEN, 'the key goes');
  t.equal(execAfter('SELECT 1', 'SET k 1', 'SELECT 0', 'WATCH k', 'SWAPDB 0 1'), BROKEN, 'the key comes');
  t.equal(execAfter('SET other 1', 'WATCH k', 'SWAPDB 0 1'), DONE, 'the key is nowhere');
  t.equal(execAfter('SET k 1', 'WATCH k', 'SWAPDB 0 0'), DONE, 'nothing changes places');
  t.equal(execAfter('SET k 1', 'WATCH k', 'SWAPDB 1 2'), DONE, 'others change places');
});

t.test('in a transaction a client may subscribe to channels, but not to those of a shard', async (t) => {
  dialogue(t, new Console(), [
    ['MULTI', '+OK'],
    ['SUBSCRIBE a', '+QUEUED'],
    ['SSUBSCRIBE a', '+QUEUED'],
    ['EXEC', "*2 *3 $9 subscribe $1 a :1 -ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"],
  ]);
});

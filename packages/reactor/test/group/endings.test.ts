/** However a worker ends, the process goes on, its descriptors come back, and so does the worker. In processes of their own, for what goes wrong here is fatal. */
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { Child } from '../support/child.js';
import { STRATEGIES } from '../support/group-setting.js';

const BESIEGED = fileURLToPath(new URL('../support/besieged-group.js', import.meta.url));
/** With EDGELOOP_SIEGE all strategies, and all ways so many times; else once, with the strategies in which most is shared. */
const TIMES = Number(process.env['EDGELOOP_SIEGE'] ?? 0);

async function survives(t: Test, loop: string, accept: string, ways: string[]): Promise<void> {
  // So little memory that one can be used up soon, of which each thread has as much.
  const child = new Child(process.execPath, ['--max-old-space-size=48', BESIEGED, loop, accept, ...ways]);
  t.teardown(() => child.process.kill('SIGKILL'));
  const end = await child.finished;
  t.same({ ...end, survived: child.stdout.trim().split('\n') }, { code: 0, signal: null, survived: ['begun', ...ways, '0 descriptors'] }, child.stderr);
}

/** The main thread ends, and nobody says so to the workers. */
async function leaves(t: Test, loop: string, accept: string, way: string, code: number): Promise<void> {
  const child = new Child(process.execPath, [BESIEGED, loop, accept, way]);
  t.teardown(() => child.process.kill('SIGKILL'));
  t.same(await child.finished, { code, signal: null }, child.stderr);
}

const WAYS = {
  dedicated: ['die', 'exit', 'eat', 'hang'],
  // Where libuv watches the epoll set, Node aborts when the memory of a thread is used up.
  embedded: ['die', 'exit', 'replace', 'hang'],
};

// They mostly wait.
t.jobs = 2;

for (const [loop, once] of Object.entries(WAYS)) {
  const ways = Array.from({ length: TIMES || 1 }, () => once).flat();
  for (const accept of TIMES > 0 ? STRATEGIES : [loop === 'dedicated' ? 'handoff' : 'exclusive']) {
    t.test(`workers end in every way under load, and the process survives (${loop}, ${accept})`, (t) => survives(t, loop, accept, ways));
    for (let i = 0; i < TIMES || i < 1; i++) {
      t.test(`the main thread ends with workers at work (${loop}, ${accept})`, (t) => leaves(t, loop, accept, 'leave', 0));
      t.test(`the main thread ends by an error that nobody catches (${loop}, ${accept})`, (t) => leaves(t, loop, accept, 'fail', 1));
    }
  }
}

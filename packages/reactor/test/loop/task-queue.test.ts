import t from 'tap';
import type { Connection } from '../../src/index.js';
import { MAX_POSTED_TASKS, TASK_BUDGET_CALLS } from '../../src/limits.js';
import { TaskQueue } from '../../src/loop/task-queue.js';
import { start } from '../support/child.js';
import { LOOPS, dial, openReactor, serve, until } from '../support/setting.js';

t.test('a queue never holds more than its bound, and loses nothing when it is full', async (t) => {
  const queue = new TaskQueue({ handling() {} });
  const ran: number[] = [];
  let next = 0;
  const fill = () => {
    while (queue.size < MAX_POSTED_TASKS) {
      const number = next++;
      queue.push(() => ran.push(number));
    }
  };
  fill();
  // Full, emptied in part, full again: the place of what has run is free.
  for (let round = 0; round < 5; round++) {
    t.throws(() => queue.push(() => {}), { code: 'EL_QUEUE_FULL', message: new RegExp(String(MAX_POSTED_TASKS)) });
    queue.run();
    t.equal(queue.size, MAX_POSTED_TASKS - TASK_BUDGET_CALLS);
    fill();
  }
  while (queue.size > 0) queue.run();
  t.equal(ran.length, next);
  t.ok(ran.every((number, i) => number === i));
});

for (const loop of LOOPS) {
  t.test(`tasks run in the order of posting, not at once, and from wherever they are posted (${loop})`, async (t) => {
    const order: string[] = [];
    const post = (name: string) => {
      reactor.post(() => order.push(name));
      order.push(`${name} posted`);
    };
    const { reactor, port } = await serve(t, {
      onData() {
        post('handler 1');
        post('handler 2');
      },
    }, { loop });
    post('outside 1');
    post('outside 2');
    await until(() => order.length === 4, 'the tasks from outside');
    t.same(order.splice(0), ['outside 1 posted', 'outside 2 posted', 'outside 1', 'outside 2']);
    const client = await dial(t, port);
    client.socket.write('x');
    await until(() => order.length === 4, 'the tasks of the handler');
    t.same(order.splice(0), ['handler 1 posted', 'handler 2 posted', 'handler 1', 'handler 2']);
    const turns: number[] = [];
    reactor.setTimeout(() => {
      post('timer');
      reactor.post(() => {
        turns.push(reactor.counters.turns);
        post('task');
        reactor.post(() => turns.push(reactor.counters.turns));
      });
    }, 1);
    await until(() => turns.length === 2, 'the tasks of the timer');
    t.same(order, ['timer posted', 'timer', 'task posted', 'task']);
    t.equal((turns[1] as number) - (turns[0] as number), 1, 'what a task posts comes in the next turn');
  });

  t.test(`what a task throws reaches uncaughtException, and the tasks behind it run (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const seen = [];
      process.on('uncaughtException', (error) => seen.push(error.message));
      for (const name of ['a', 'b']) reactor.post(() => { throw new Error(name); });
      reactor.post(() => seen.push('task'));
      process.on('exit', () => process.stdout.write(seen.sort().join()));
    `);
    t.same(await child.finished, { code: 0, signal: null });
    t.equal(child.stdout, 'a,b,task');
  });

  t.test(`a full queue refuses one task, and all others run in their order, a budget of them in each turn (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const ran: number[] = [];
    const perTurn = new Map<number, number>();
    for (let i = 0; i < MAX_POSTED_TASKS; i++) {
      reactor.post(() => {
        ran.push(i);
        perTurn.set(reactor.counters.turns, (perTurn.get(reactor.counters.turns) ?? 0) + 1);
      });
    }
    t.throws(() => reactor.post(() => t.fail('it was refused')), { code: 'EL_QUEUE_FULL' });
    let last = false;
    await until(() => ran.length === MAX_POSTED_TASKS, 'all tasks');
    reactor.post(() => (last = true));
    await until(() => last, 'one more task');
    t.ok(ran.every((value, i) => value === i));
    t.ok([...perTurn.values()].every((count) => count <= TASK_BUDGET_CALLS));
  });

  t.test(`tasks that post tasks without end starve nobody: pings are answered between (${loop})`, async (t) => {
    const { reactor, port } = await serve(t, { onData: (connection: Connection, chunk: Buffer) => connection.write(chunk) }, { loop });
    let ran = 0;
    let going = true;
    const task = () => {
      ran++;
      if (going) reactor.post(task);
    };
    for (let i = 0; i < 5000; i++) reactor.post(task);
    const client = await dial(t, port);
    for (let i = 0; i < 20; i++) t.equal(await client.echo('ping'), 'ping');
    t.ok(ran > 5000, `${ran} tasks meanwhile`);
    going = false;
  });

  t.test(`tasks that were posted before close run, all of them; later ones are refused (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    let ran = 0;
    const count = 3 * TASK_BUDGET_CALLS + 1;
    const refused: unknown[] = [];
    for (let i = 0; i < count; i++) reactor.post(() => ran++);
    reactor.post(() => {
      try {
        reactor.post(() => t.fail('it was refused'));
      } catch (error) {
        refused.push((error as { code: string }).code);
      }
    });
    await reactor.close();
    t.equal(ran, count);
    t.same(refused, ['EL_REACTOR_CLOSED']);
    t.throws(() => reactor.post(() => {}), { code: 'EL_REACTOR_CLOSED' });
  });
}

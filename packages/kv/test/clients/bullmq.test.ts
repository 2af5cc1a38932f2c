/** BullMQ: dozens of Lua scripts over lists, sorted sets, hashes and a stream, and workers that wait in BZPOPMIN. */
import { type ConnectionOptions, FlowProducer, type Job, type Processor, Queue, QueueEvents, Worker, type WorkerOptions } from 'bullmq';
import { createClient } from 'redis';
import t, { type Test } from 'tap';
import { until } from '../support/conditions.js';
import { startKv } from '../support/kv-server.js';

const kv = await startKv(t);
const connection = { host: kv.host, port: kv.port };

/** Queue, events and worker of one name. The test's end closes them, the worker without waiting for its jobs. */
class Workshop {
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly #name: string;

  constructor(readonly t: Test, readonly connection: ConnectionOptions) {
    this.#name = t.name.replaceAll(/[^a-z0-9]+/gi, '-');
    this.queue = new Queue(this.#name, { connection });
    this.events = new QueueEvents(this.#name, { connection });
    // Each job that is waited for listens on both.
    for (const emitter of [this.queue, this.events]) emitter.setMaxListeners(100);
    t.teardown(() => Promise.all([this.queue.close(), this.events.close()]));
  }

  static async open(t: Test, using: ConnectionOptions = connection): Promise<Workshop> {
    const workshop = new Workshop(t, using);
    await Promise.all([workshop.queue.waitUntilReady(), workshop.events.waitUntilReady()]);
    return workshop;
  }

  async hire(processor: Processor, options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const worker = new Worker(this.#name, processor, { connection: this.connection, ...options });
    this.t.teardown(() => worker.close(true));
    await worker.waitUntilReady();
    return worker;
  }

  finished(jobs: readonly Job[]): Promise<unknown[]> {
    return Promise.all(jobs.map((job) => job.waitUntilFinished(this.events)));
  }
}

t.test('a worker does four jobs at a time', async (t) => {
  const shop = await Workshop.open(t);
  let busy = 0;
  let areFourBusy = () => {};
  const fourAreBusy = new Promise<void>((resolve) => (areFourBusy = resolve));
  const double = async ({ data }: Job) => {
    if (++busy === 4) areFourBusy();
    await fourAreBusy;
    return data.n * 2;
  };
  await shop.hire(double, { concurrency: 4 });
  const jobs = await shop.queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'double', data: { n } })));
  t.strictSame(await shop.finished(jobs), Array.from({ length: 50 }, (_, n) => n * 2));
  t.equal((await shop.queue.getWorkers()).length, 1, 'it is found by the name of its connection');
  t.match(await shop.queue.getJobCounts('completed', 'failed', 'wait', 'active'), { completed: 50, failed: 0, wait: 0, active: 0 });
});

t.test('it goes through node-redis as well', async (t) => {
  const client = createClient({ url: kv.url });
  t.teardown(() => client.destroy());
  await client.connect();
  const shop = await Workshop.open(t, client);
  await shop.hire(async ({ data }: Job) => data.n + 1);
  t.equal(await (await shop.queue.add('next', { n: 1 })).waitUntilFinished(shop.events), 2);
});

t.test('a delayed job waits for its time, or for its promotion', async (t) => {
  const shop = await Workshop.open(t);
  const late = await shop.queue.add('late', {}, { delay: 3_600_000 });
  const soon = await shop.queue.add('soon', {}, { delay: 50 });
  await shop.hire(async (job) => job.name);
  t.equal(await soon.waitUntilFinished(shop.events), 'soon');
  t.equal(await late.getState(), 'delayed');
  await late.promote();
  t.equal(await late.waitUntilFinished(shop.events), 'late');
});

t.test('a scheduler makes one job after the other', async (t) => {
  const shop = await Workshop.open(t);
  await shop.queue.upsertJobScheduler('every-so-often', { every: 30, limit: 3 }, { name: 'tick', data: { a: 1 } });
  await shop.queue.upsertJobScheduler('at-night', { pattern: '0 0 3 * * *' });
  const ticks: string[] = [];
  await shop.hire(async (job) => ticks.push(job.name));
  await until(async () => ticks.length === 3);
  t.strictSame(ticks, ['tick', 'tick', 'tick']);
  t.equal((await shop.queue.getJobScheduler('at-night'))?.pattern, '0 0 3 * * *');
  t.equal(await shop.queue.removeJobScheduler('at-night'), true);
});

t.test('a job that failed is tried again, later each time', async (t) => {
  const shop = await Workshop.open(t);
  await shop.hire(async (job) => {
    if (job.attemptsMade < 2 || job.name === 'hopeless') throw new Error('not yet');
    return job.attemptsMade;
  });
  const steady = await shop.queue.add('steady', {}, { attempts: 3, backoff: { type: 'exponential', delay: 5 } });
  const hopeless = await shop.queue.add('hopeless', {}, { attempts: 2, backoff: 5 });
  t.equal(await steady.waitUntilFinished(shop.events), 2);
  await t.rejects(hopeless.waitUntilFinished(shop.events), { message: 'not yet' });
  const [failed] = await shop.queue.getFailed();
  t.match(failed, { name: 'hopeless', attemptsMade: 2, failedReason: 'not yet' });
  await failed?.retry();
  await until(async () => (await shop.queue.getJob(hopeless.id as string))?.attemptsStarted === 3);
});

t.test('what is urgent is done first', async (t) => {
  const shop = await Workshop.open(t);
  const jobs = [];
  for (const [name, priority] of [['last', 9], ['second', 2], ['third', 2], ['first', 0]] as const) jobs.push(await shop.queue.add(name, {}, { priority }));
  const done: string[] = [];
  await shop.hire(async (job) => done.push(job.name));
  await shop.finished(jobs);
  t.strictSame(done, ['first', 'second', 'third', 'last']);
});

t.test('a parent waits for its children, and has their results', async (t) => {
  const shop = await Workshop.open(t);
  const flows = new FlowProducer({ connection });
  t.teardown(() => flows.close());
  const { name: queueName } = shop.queue;
  const child = (n: number) => ({ name: 'child', queueName, data: { n } });
  const { job } = await flows.add({ name: 'parent', queueName, children: [child(1), child(2), { ...child(3), children: [child(4)] }] });
  t.equal(await job.getState(), 'waiting-children');
  await shop.hire(async (one) => (one.name === 'parent' ? Object.values<number>(await one.getChildrenValues()).reduce((sum, n) => sum + n) : one.data.n));
  t.equal(await job.waitUntilFinished(shop.events), 6);
  t.match(await flows.getFlow({ id: job.id as string, queueName }), { job: { returnvalue: 6 }, children: [{}, {}, {}] });
});

t.test('events tell how a job goes', async (t) => {
  const shop = await Workshop.open(t);
  const seen: unknown[] = [];
  const events = ['added', 'waiting', 'active', 'progress', 'completed'] as const;
  for (const event of events) shop.events.on(event, ({ jobId }: { jobId: string }) => seen.push([event, jobId]));
  await shop.hire(async (job) => {
    await job.updateProgress({ percent: 50 });
    await job.log('half of it');
    return 'done';
  });
  const job = await shop.queue.add('seen', {}, { jobId: 'the-one' });
  await job.waitUntilFinished(shop.events);
  t.strictSame(seen, events.map((event) => [event, 'the-one']));
  t.strictSame(await shop.queue.getJobLogs('the-one'), { logs: ['half of it'], count: 1 });
});

t.test('a job that is added twice is one, by its id or its deduplication', async (t) => {
  const shop = await Workshop.open(t);
  await shop.queue.add('a', { n: 1 }, { jobId: 'same' });
  await shop.queue.add('a', { n: 2 }, { jobId: 'same' });
  await shop.queue.add('b', {}, { deduplication: { id: 'b', ttl: 60_000 } });
  await shop.queue.add('b', {}, { deduplication: { id: 'b', ttl: 60_000 } });
  t.equal(await shop.queue.getWaitingCount(), 2);
  t.match(await shop.queue.getJob('same'), { data: { n: 1 } });
});

t.test('a queue that is paused keeps its jobs until it is resumed', async (t) => {
  const shop = await Workshop.open(t);
  const done: string[] = [];
  await shop.hire(async (job) => done.push(job.name));
  await shop.queue.pause();
  const job = await shop.queue.add('patient', {});
  t.equal(await shop.queue.isPaused(), true);
  t.equal(await shop.queue.getWaitingCount(), 1);
  t.strictSame(done, []);
  await shop.queue.resume();
  await job.waitUntilFinished(shop.events);
  t.strictSame(done, ['patient']);
});

t.test('a limited worker takes no more than it may', async (t) => {
  const shop = await Workshop.open(t);
  await shop.hire(async (job) => job.name, { limiter: { max: 2, duration: 3_600_000 } });
  await shop.queue.addBulk(Array.from({ length: 5 }, (_, n) => ({ name: `job ${n}`, data: {} })));
  await until(async () => (await shop.queue.getRateLimitTtl(2)) > 0);
  await until(async () => (await shop.queue.getCompletedCount()) === 2);
  t.equal(await shop.queue.getWaitingCount(), 3);
});

t.test('a limited worker goes on when its time has come', async (t) => {
  const shop = await Workshop.open(t);
  await shop.hire(async (job) => job.name, { limiter: { max: 2, duration: 50 } });
  const jobs = await shop.queue.addBulk(Array.from({ length: 5 }, (_, n) => ({ name: `job ${n}`, data: {} })));
  t.strictSame(await shop.finished(jobs), jobs.map(({ name }) => name));
});

t.test('a worker that is gone leaves its job to another', async (t) => {
  const shop = await Workshop.open(t);
  const job = await shop.queue.add('orphan', {});
  let isTaken = () => {};
  const taken = new Promise<void>((resolve) => (isTaken = resolve));
  const lost = await shop.hire(
    () => {
      isTaken();
      return new Promise(() => {});
    },
    { lockDuration: 50, skipLockRenewal: true, skipStalledCheck: true },
  );
  await taken;
  await lost.close(true);
  await shop.hire(async () => 'found', { stalledInterval: 20 });
  t.equal(await job.waitUntilFinished(shop.events), 'found');
});

t.test('an obliterated queue leaves nothing behind', async (t) => {
  const shop = await Workshop.open(t);
  await shop.hire(async () => 'done');
  await shop.finished([await shop.queue.add('done', {})]);
  await shop.queue.addBulk(Array.from({ length: 20 }, (_, n) => ({ name: 'later', data: { n }, opts: { delay: 3_600_000, priority: n } })));
  t.equal((await shop.queue.clean(0, 10, 'completed')).length, 1);
  await shop.queue.drain(true);
  await shop.queue.obliterate({ force: true });
  const client = createClient({ url: kv.url });
  t.teardown(() => client.destroy());
  await client.connect();
  t.strictSame((await client.keys(`bull:${shop.queue.name}:*`)).filter((key) => !key.endsWith(':stalled-check')), []);
});

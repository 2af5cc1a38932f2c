import fc from 'fast-check';
import t from 'tap';
import { InvariantError } from '../../src/invariant.js';
import { TimerWheel } from '../../src/structures/timer-wheel.js';
import { WheelEntry } from '../../src/structures/wheel-list.js';

const NO_LIMIT = Number.POSITIVE_INFINITY;

class Named extends WheelEntry {
  constructor(readonly name: string) {
    super();
  }
}

/** Advances to `nowMs` and returns the names of what expired. */
function advance(wheel: TimerWheel, nowMs: number, budget = NO_LIMIT): string[] {
  const names: string[] = [];
  wheel.advance(nowMs, budget, (entry) => names.push((entry as Named).name));
  return names;
}

t.test('timers expire in the order of their ticks, none before its time', async (t) => {
  const wheel = new TimerWheel(1000.4);
  const delays = [1, 255, 256, 257, 65_535, 65_536, 65_537, 16_777_216, 2 ** 31, 2 ** 32, 2 ** 33, 2 ** 40];
  for (const delay of delays) wheel.insert(new Named(String(delay)), 1000 + delay);
  for (const delay of delays) {
    t.same(advance(wheel, 1000 + delay - 0.001), [], `${delay}: not yet`);
    t.same(advance(wheel, 1000 + delay), [String(delay)]);
  }
  t.equal(wheel.size, 0);
  t.equal(wheel.nextMs, Number.POSITIVE_INFINITY);
});

t.test('a due time is rounded up to a tick, and one that has passed is the next tick', async (t) => {
  const wheel = new TimerWheel(10);
  wheel.insert(new Named('fraction'), 11.2);
  wheel.insert(new Named('past'), 3);
  t.same(advance(wheel, 10.9), []);
  t.same(advance(wheel, 11.9), ['past']);
  t.same(advance(wheel, 12), ['fraction']);
});

t.test('timers of one tick expire in the order of insertion, wherever they waited', async (t) => {
  const wheel = new TimerWheel(0);
  wheel.insert(new Named('first'), 70_000);
  advance(wheel, 69_000);
  wheel.insert(new Named('second'), 70_000);
  advance(wheel, 69_990);
  wheel.insert(new Named('third'), 70_000);
  t.same(advance(wheel, 70_000), ['first', 'second', 'third']);
});

t.test('a long sleep is caught up in one step for each slot in use', async (t) => {
  const wheel = new TimerWheel(0);
  wheel.insert(new Named('a'), 3_600_000);
  t.same(advance(wheel, 10 * 3_600_000, 10), ['a'], 'ten touches are enough for ten hours');
});

t.test('no more timers are touched than the budget allows, and none is lost', async (t) => {
  const wheel = new TimerWheel(0);
  const count = 10_000;
  // They wait two levels up, so that they fall before they expire.
  for (let i = 0; i < count; i++) wheel.insert(new Named(String(i)), 100_000);
  const names: string[] = [];
  let calls = 0;
  let behind = true;
  while (behind) {
    const before = names.length;
    behind = wheel.advance(200_000, 100, (entry) => names.push((entry as Named).name));
    calls++;
    t.ok(names.length - before <= 100);
  }
  t.same(names, Array.from({ length: count }, (_, i) => String(i)));
  t.equal(calls, (3 * count) / 100, 'each is touched twice on its way down and once at its end');
});

t.test('what expires may insert and remove others, also those of the same tick', async (t) => {
  const wheel = new TimerWheel(0);
  const seen: string[] = [];
  const [a, b, c] = [new Named('a'), new Named('b'), new Named('c')];
  wheel.insert(a, 5);
  wheel.insert(b, 5);
  wheel.advance(5, NO_LIMIT, (entry) => {
    seen.push((entry as Named).name);
    if (entry !== a) return;
    wheel.remove(b);
    wheel.insert(c, 0);
    wheel.insert(a, 9);
  });
  t.same(seen, ['a'], 'what is inserted for the past comes with the next tick, so that this one has an end');
  t.same(advance(wheel, 8), ['c']);
  t.same(advance(wheel, 9), ['a']);
});

t.test('a postponed timer expires at its new time only, however far that is, and more than once put off too', async (t) => {
  const wheel = new TimerWheel(0);
  const entry = new Named('a');
  wheel.insert(entry, 10);
  wheel.postpone(entry, 20);
  wheel.postpone(entry, 15);
  t.same(advance(wheel, 19), [], 'a time before its own changes nothing');
  wheel.postpone(entry, 100_000);
  t.same(advance(wheel, 99_999), []);
  t.same(advance(wheel, 100_000), ['a']);
});

t.test('inserting twice and removing what does not wait are bugs and say so', async (t) => {
  const wheel = new TimerWheel(0);
  const entry = new Named('a');
  t.throws(() => wheel.remove(entry), InvariantError);
  wheel.insert(entry, 1);
  t.throws(() => wheel.insert(entry, 1), InvariantError);
});

/** The same in the simplest way: a list that is sorted when asked. */
class Model {
  /** When each timer that was ever inserted is or was due. */
  readonly #dueOf = new Map<string, number>();
  /** The ticks of postponed timers, whose order among their equals is not promised. */
  readonly #unordered = new Set<number>();
  readonly waiting = new Map<Named, { due: number; order: number }>();
  #order = 0;

  constructor(public nowMs: number) {}

  insert(entry: Named, dueMs: number): void {
    const due = Math.max(Math.ceil(dueMs), Math.floor(this.nowMs) + 1);
    this.waiting.set(entry, { due, order: this.#order++ });
    this.#dueOf.set(entry.name, due);
  }

  postpone(entry: Named, dueMs: number): void {
    const waiting = this.waiting.get(entry) as { due: number };
    waiting.due = Math.max(Math.ceil(dueMs), waiting.due);
    this.#dueOf.set(entry.name, waiting.due);
    this.#unordered.add(waiting.due);
  }

  /** The names with their ticks, in an order that two lists share if they differ only where no order is promised. */
  inOrder(names: readonly string[]): string {
    const ticks = [...new Set(names.map((name) => this.#dueOf.get(name) as number))];
    const ofTick = (tick: number) => names.filter((name) => this.#dueOf.get(name) === tick);
    return ticks.map((tick) => `${tick}: ${this.#unordered.has(tick) ? ofTick(tick).sort().join() : ofTick(tick).join()}`).join('; ');
  }

  advance(nowMs: number): string[] {
    this.nowMs = nowMs;
    const due = [...this.waiting].filter(([, entry]) => entry.due <= nowMs);
    due.sort(([, a], [, b]) => a.due - b.due || a.order - b.order);
    for (const [entry] of due) this.waiting.delete(entry);
    return due.map(([entry]) => entry.name);
  }
}

const delay = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 70_000 }),
  fc.integer({ min: 0, max: 2 ** 25 }),
  fc.double({ min: 0, max: 2 ** 34, noNaN: true }),
);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), delay }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('postpone' as const), index: fc.nat(20), delay }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), delay }) },
  ),
  { maxLength: 60 },
);
const start = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(2 ** 32 - 3), fc.constant(2 ** 32 * 5 - 100_000), fc.constant(2 ** 24 - 1));

t.test('property: the wheel expires what a sorted list would, in the same order, and its next time is never too late', async () => {
  fc.assert(
    fc.property(start, steps, (startMs, steps) => {
      const wheel = new TimerWheel(startMs);
      const model = new Model(startMs);
      let names = 0;
      for (const step of steps) {
        if (step.kind === 'insert') {
          const entry = new Named(String(names++));
          wheel.insert(entry, model.nowMs + step.delay);
          model.insert(entry, model.nowMs + step.delay);
        } else if (step.kind === 'remove') {
          const entry = [...model.waiting.keys()][step.index];
          if (entry === undefined) continue;
          wheel.remove(entry);
          model.waiting.delete(entry);
        } else if (step.kind === 'postpone') {
          const entry = [...model.waiting.keys()][step.index];
          if (entry === undefined) continue;
          wheel.postpone(entry, model.nowMs + step.delay);
          model.postpone(entry, model.nowMs + step.delay);
        } else {
          const expired = model.inOrder(advance(wheel, model.nowMs + step.delay));
          const expected = model.inOrder(model.advance(model.nowMs + step.delay));
          if (expired !== expected) throw new Error(`expired ${expired}, expected ${expected}`);
        }
        const earliest = Math.min(...[...model.waiting.values()].map(({ due }) => due));
        if (wheel.nextMs > earliest) throw new Error(`the next time is ${wheel.nextMs}, but a timer is due at ${earliest}`);
        const entries = new Set(wheel.entries());
        if (entries.size !== model.waiting.size || ![...model.waiting.keys()].every((entry) => entries.has(entry))) throw new Error('the entries differ');
        if (wheel.size !== model.waiting.size) throw new Error(`size ${wheel.size}, expected ${model.waiting.size}`);
      }
    }),
    { numRuns: 2000 },
  );
});

import fc from 'fast-check';
import t from 'tap';
import { Random } from '../../src/testing/index.js';
import { Timeline } from '../../src/testing/sim/timeline.js';

t.test('what is planned happens in the order of its time, and of its planning at the same time', (t) => {
  fc.assert(
    fc.property(fc.array(fc.record({ delayNs: fc.nat(20), calledOff: fc.boolean() })), (plans) => {
      const timeline = new Timeline();
      const begin = timeline.nowNs;
      const happened: { at: number; index: number }[] = [];
      const scheduled = plans.map(({ delayNs }, index) => timeline.after(delayNs, () => happened.push({ at: timeline.nowNs - begin, index })));
      for (const [index, { calledOff }] of plans.entries()) if (calledOff) timeline.callOff(scheduled[index] as (typeof scheduled)[number]);
      while (timeline.next());
      const expected = plans
        .map(({ delayNs, calledOff }, index) => ({ at: delayNs, index, calledOff }))
        .filter(({ calledOff }) => !calledOff)
        .sort((a, b) => a.at - b.at || a.index - b.index)
        .map(({ at, index }) => ({ at, index }));
      t.same(happened, expected);
    }),
  );
  t.end();
});

t.test('time passes to where it is told, with what is planned until then', (t) => {
  const timeline = new Timeline();
  const begin = timeline.nowNs;
  const happened: number[] = [];
  timeline.after(10, () => {
    happened.push(timeline.nowNs - begin);
    timeline.after(5, () => happened.push(timeline.nowNs - begin));
  });
  timeline.after(30, () => happened.push(30));
  timeline.passTo(begin + 20);
  t.same(happened, [10, 15]);
  t.equal(timeline.nowNs, begin + 20);
  timeline.passTo(begin);
  t.equal(timeline.nowNs, begin + 20, 'it never goes back');
  t.end();
});

t.test('numbers by chance are the same for a seed, spread evenly, and within their bounds', (t) => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 100 }, () => random.below(1000));
  };
  t.same(draw(7), draw(7));
  t.not(draw(7).join(), draw(8).join());
  const random = new Random(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const drawn = random.between(0, 9);
    counts[drawn] = (counts[drawn] as number) + 1;
  }
  t.ok(counts.every((count) => count > 850 && count < 1150), 'each about a thousand times', { counts });
  t.notOk(random.chance(0));
  t.ok(random.chance(1));
  const shuffled = [1, 2, 3, 4, 5];
  random.shuffle(shuffled);
  t.same(shuffled.sort((a, b) => a - b), [1, 2, 3, 4, 5]);
  t.end();
});

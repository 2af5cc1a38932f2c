import t from 'tap';
import { EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT, EPOLLPRI, EPOLLRDHUP } from '../../src/kernel/abi.js';
import { connectionInterest, eventNames, readInterest } from '../../src/loop/readiness.js';

t.test('an edge-triggered connection asks for everything, once', async (t) => {
  const all = (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET) >>> 0;
  for (const read of [true, false]) for (const write of [true, false]) t.equal(connectionInterest('edge', read, write), all);
});

t.test('the other triggers ask for what is wanted, and are never mixed', async (t) => {
  for (const [trigger, flag] of [['level', 0], ['oneshot', EPOLLONESHOT]] as const) {
    t.equal(connectionInterest(trigger, true, false), EPOLLIN | EPOLLRDHUP | flag);
    t.equal(connectionInterest(trigger, true, true), EPOLLIN | EPOLLRDHUP | EPOLLOUT | flag);
    t.equal(connectionInterest(trigger, false, true), EPOLLOUT | flag, 'no EPOLLRDHUP while reading is held: it would be reported without end');
    t.equal(connectionInterest(trigger, false, false), flag);
  }
  t.same([readInterest('edge'), readInterest('level'), readInterest('oneshot')], [(EPOLLIN | EPOLLET) >>> 0, EPOLLIN, EPOLLIN | EPOLLONESHOT]);
});

t.test('what is armed has the names of the manual', async (t) => {
  t.same(eventNames(connectionInterest('edge', false, false)), ['in', 'pri', 'out', 'rdhup', 'et']);
  t.same(eventNames(connectionInterest('oneshot', true, false)), ['in', 'rdhup', 'oneshot']);
  t.same(eventNames(0), []);
});

import t from 'tap';
import { EPOLLIN, EPOLLOUT } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import type { Channel } from '../../src/loop/channel.js';
import { KeepAlive } from '../../src/loop/keep-alive.js';
import { Poller } from '../../src/loop/poller.js';

const kernel = nativeKernel();

function timerChannel(): Channel {
  return { fd: kernel.timerfdCreate(), keepsAlive: true, slot: -1, mark: () => {}, service: () => false, destroy: () => {} };
}

t.test('an event finds its channel, and none after the channel has left within the batch', async (t) => {
  const poller = new Poller(kernel, new KeepAlive());
  const channel = timerChannel();
  poller.enter(channel, EPOLLIN);
  kernel.timerfdArm(channel.fd, 1);
  t.equal(poller.wait(1000), 1);
  t.equal(poller.eventsAt(0), EPOLLIN);
  t.equal(poller.channelAt(0), channel);

  poller.silence(channel);
  poller.remove(channel);
  t.equal(poller.channelAt(0), undefined, 'the event has gone stale');
  const successor = timerChannel();
  poller.enter(successor, EPOLLIN);
  t.equal(successor.slot, channel.slot, 'the slot is used again');
  t.equal(poller.channelAt(0), undefined, 'and the old event does not reach the new channel');
  kernel.close(channel.fd);
  kernel.close(successor.fd);
  poller.close();
});

t.test('ids differ between uses of one slot', async (t) => {
  const poller = new Poller(kernel, new KeepAlive());
  const ids = new Set<number>();
  for (let i = 0; i < 100; i++) {
    const channel = timerChannel();
    poller.enter(channel, EPOLLIN);
    ids.add(poller.idOf(channel));
    poller.silence(channel);
    poller.remove(channel);
    kernel.close(channel.fd);
  }
  t.equal(ids.size, 100);
  poller.close();
});

t.test('a wait that a signal interrupts is an empty batch; other failures are coded', async (t) => {
  let answer = -4;
  const poller = new Poller({ ...kernel, epollWait: () => answer }, new KeepAlive());
  t.equal(poller.wait(0), 0);
  answer = -9;
  t.throws(() => poller.wait(0), { code: 'EBADF', syscall: 'epoll_wait' });
  poller.close();
});

t.test('a descriptor that cannot be registered leaves no slot behind', async (t) => {
  const poller = new Poller(kernel, new KeepAlive());
  const channel: Channel = { ...timerChannel(), fd: 9999 };
  t.throws(() => poller.enter(channel, EPOLLOUT), { code: 'EBADF', syscall: 'epoll_ctl' });
  t.equal(poller.size, 0);
  poller.close();
});

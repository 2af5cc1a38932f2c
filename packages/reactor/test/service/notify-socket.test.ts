import t from 'tap';
import { EAGAIN, ECONNREFUSED, EINTR, ENOENT } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { NotifySocket } from '../../src/service/notify-socket.js';
import { NotifyReceiver, notifyPath } from '../support/notify-receiver.js';
import { descriptors } from '../support/setting.js';

const kernel = nativeKernel();

for (const kind of ['path', 'abstract name']) {
  t.test(`a datagram arrives whole, by ${kind}, and the descriptor is given back`, async (t) => {
    const path = kind === 'path' ? notifyPath(t) : `@edgeloop-test-${process.pid}`;
    const receiver = new NotifyReceiver(t, path);
    const before = descriptors();
    const socket = new NotifySocket(kernel, path);
    t.ok(socket.send('READY=1\nSTATUS=grüß Gott, a=b') > 0);
    t.same(receiver.takeAll(), [{ READY: '1', STATUS: 'grüß Gott, a=b' }]);
    socket.close();
    t.equal(descriptors(), before);
  });
}

t.test('a supervisor that is gone, full or away is a result, and one that comes back is reached again', async (t) => {
  const path = notifyPath(t);
  const socket = new NotifySocket(kernel, path);
  t.teardown(() => socket.close());
  t.equal(socket.send('READY=1'), -ENOENT);
  const receiver = new NotifyReceiver(t, path);
  let sent = 0;
  while (socket.send('WATCHDOG=1') >= 0) sent++;
  t.equal(socket.send('WATCHDOG=1'), -EAGAIN, 'it never blocks');
  t.equal(receiver.takeAll().length, sent);
  t.ok(socket.send('READY=1') > 0);
  receiver.close();
  t.equal(socket.send('READY=1'), -ECONNREFUSED);
});

t.test('a send that a signal has interrupted is made again', async (t) => {
  const receiver = new NotifyReceiver(t);
  let interruptions = 2;
  const interrupted = { ...kernel, sendDatagrams: (...args: Parameters<typeof kernel.sendDatagrams>) => (interruptions-- > 0 ? -EINTR : kernel.sendDatagrams(...args)) };
  const socket = new NotifySocket(interrupted, receiver.path);
  t.teardown(() => socket.close());
  socket.send('READY=1');
  t.same(receiver.takeAll(), [{ READY: '1' }]);
});

t.test('an address of another kind is a coded error that shows it', async (t) => {
  for (const path of ['vsock:2:1234', 'vsock-stream:2:1234', 'notify', './notify', `/${'a'.repeat(200)}`]) {
    t.throws(() => new NotifySocket(kernel, path), { code: 'EL_ADDRESS_INVALID', message: path });
  }
});

import t, { type Test } from 'tap';
import type { Connection, EdgeloopError, Hooks } from '../../src/index.js';
import { type Setting, dial, serve, until } from '../support/setting.js';

/** A server in debug mode, and what it has served. */
async function debugged(t: Test, hooks: Hooks<undefined> = {}, setting: Setting = {}) {
  const seen: Connection[] = [];
  const closed: Connection[] = [];
  const served = await serve<undefined>(t, {
    ...hooks,
    onOpen: (connection) => (seen.push(connection), hooks.onOpen?.(connection)),
    onClose: (connection, reason) => (closed.push(connection), hooks.onClose?.(connection, reason)),
  }, { debug: true, ...setting });
  const connect = async () => {
    const client = await dial(t, served.port);
    await until(() => seen.length > 0, 'the connection to be seen');
    return { client, connection: seen[0] as Connection };
  };
  return { ...served, closed, connect };
}

function thrownBy(use: () => unknown): EdgeloopError & { cause?: Error } {
  try {
    use();
  } catch (error) {
    return error as EdgeloopError & { cause?: Error };
  }
  throw new Error('nothing was thrown');
}

function whereItIsDestroyed(connection: Connection): void {
  connection.destroy();
}

t.test('writing to a connection after onClose is an error that shows where it was closed', async (t) => {
  const { closed, connect } = await debugged(t);
  const { connection } = await connect();
  whereItIsDestroyed(connection);
  await until(() => closed.length === 1, 'onClose');
  for (const use of [() => connection.write('x'), () => connection.end('x')]) {
    const error = thrownBy(use);
    t.match(error, { code: 'EL_USED_AFTER_CLOSE', message: new RegExp(`^connection ${connection.id} \\(127\\.0\\.0\\.1:\\d+\\): \\w+ after onClose, \\d+ ms later; it was closed by destroy\\(\\)`) });
    t.match(error.cause?.stack?.split('\n')[1], /whereItIsDestroyed/, 'the stack begins with the program, not with edgeloop');
  }
});

t.test('making sure that a connection is over is harmless, and so is looking at it', async (t) => {
  const { closed, connect } = await debugged(t);
  const { connection } = await connect();
  connection.destroy();
  await until(() => closed.length === 1, 'onClose');
  connection.destroy();
  connection.end();
  connection.pause();
  connection.resume();
  connection.endMessage();
  t.match(connection, { phase: 'closed', bytesRead: 0, bytesQueued: 0, localPort: undefined });
});

t.test('an end by the peer is told as such, with the error if there was one', async (t) => {
  await t.test('in order', async (t) => {
    const { closed, connect } = await debugged(t);
    const { client, connection } = await connect();
    client.socket.end();
    await until(() => closed.length === 1, 'onClose');
    t.match(thrownBy(() => connection.write('x')), { message: /closed by the peer;/, cause: undefined });
  });
  await t.test('by a reset', async (t) => {
    const { closed, connect } = await debugged(t);
    const { client, connection } = await connect();
    client.reset();
    await until(() => closed.length === 1, 'onClose');
    t.match(thrownBy(() => connection.write('x')), { message: /closed by ECONNRESET/, cause: { code: 'ECONNRESET' } });
  });
});

t.test('where the program has ended its side and the peer the rest, it is shown where', async (t) => {
  const { closed, connect } = await debugged(t);
  const { client, connection } = await connect();
  connection.end('bye');
  client.socket.end();
  await until(() => closed.length === 1, 'onClose');
  const error = thrownBy(() => connection.write('x'));
  t.match(error, { message: /closed by end\(\)/, cause: Error });
  t.match(error.cause?.stack, /use-after-close\.test/);
});

t.test('until onClose has been called a closed connection takes what it always took, and does nothing', async (t) => {
  const answers: boolean[] = [];
  const { closed, connect } = await debugged(t, {
    onData(connection) {
      connection.destroy();
      answers.push(connection.write('x'));
    },
    onClose: (connection) => answers.push(connection.write('y')),
  });
  const { client } = await connect();
  client.socket.write('hello');
  await until(() => closed.length === 1, 'onClose');
  t.same(answers, [false, false]);
});

t.test('a handler that was awaiting when its connection ended could not know', async (t) => {
  let answer: boolean | undefined;
  let goOn!: () => void;
  const { closed, connect, reactor } = await debugged(t, {
    async onData(connection) {
      await new Promise<void>((resolve) => (goOn = resolve));
      answer = connection.write('the answer');
      connection.end('and the end');
    },
  });
  const { client, connection } = await connect();
  client.socket.write('a question');
  await until(() => goOn !== undefined, 'the handler');
  connection.destroy();
  await until(() => closed.length === 1, 'onClose');
  goOn();
  await until(() => answer !== undefined, 'the handler to go on');
  t.equal(answer, false);
  t.equal(reactor.counters.handlerFailures, 0);
  t.equal(thrownBy(() => connection.write('more')).code, 'EL_USED_AFTER_CLOSE', 'but now nobody is excused any more');
});

t.test('a handler that uses the connection of another, which has left, fails with the place as its cause', async (t) => {
  const { closed, connect, reactor, port } = await debugged(t, { onData: (_connection, chunk) => void first.write(chunk) });
  const { client, connection: first } = await connect();
  client.reset();
  await until(() => closed.length === 1, 'onClose');
  (await dial(t, port)).socket.write('hello');
  await until(() => reactor.counters.handlerFailures === 1, 'the handler to fail');
  await until(() => closed.length === 2, 'its connection to end');
});

t.test('without debug mode nothing is thrown, and no connection has a method of its own', async (t) => {
  const { closed, connect } = await debugged(t, {}, { debug: false });
  const { connection } = await connect();
  connection.destroy();
  await until(() => closed.length === 1, 'onClose');
  t.equal(connection.write('x'), false);
  connection.pause();
  connection.end('x');
  t.notOk(Object.hasOwn(connection, 'write'));
});

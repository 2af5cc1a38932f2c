import t from 'tap';
import type { Log } from '../../src/index.js';
import { dial, serve, until } from '../support/setting.js';

/** As a log is whose destination has been closed. */
function closedLog(): Log {
  const refuse = () => {
    throw new Error('the destination is closed');
  };
  return { error: refuse, warn: refuse, info: refuse, debug: refuse, child: closedLog, isLevelEnabled: () => true };
}

t.test('a log that throws costs its lines and nothing else, and one warning tells of it', async (t) => {
  const warnings: Error[] = [];
  const collect = (warning: Error) => void warnings.push(warning);
  process.on('warning', collect);
  t.teardown(() => process.off('warning', collect));
  const { port, reactor } = await serve(t, {
    onData(connection, chunk) {
      if (String(chunk) === 'fail') throw new Error('the handler');
      connection.log.info({}, 'a line of the plugin');
      connection.write(chunk);
    },
  }, { log: closedLog() });
  const bystander = await dial(t, port);
  t.equal(await bystander.echo('before'), 'before');
  (await dial(t, port)).socket.write('fail');
  await until(() => reactor.counters.closed === 1, 'the end of the one that fails');
  t.equal(await bystander.echo('after'), 'after');
  t.equal(reactor.counters.handlerFailures, 1);
  t.match(warnings, [{ name: 'EdgeloopWarning', message: /lines are lost: Error: the destination is closed$/ }]);
  t.equal(warnings.length, 1);
});

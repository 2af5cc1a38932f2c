import t from 'tap';
import { watchdogPeriodMs } from '../../src/service/watchdog.js';

t.test('the supervisor hears of us twice in each interval', async (t) => {
  t.equal(watchdogPeriodMs({ WATCHDOG_USEC: '30000000' }), 15_000);
  t.equal(watchdogPeriodMs({ WATCHDOG_USEC: '5000', WATCHDOG_PID: String(process.pid) }), 2);
  t.equal(watchdogPeriodMs({ WATCHDOG_USEC: '1' }), 1, 'a timer has whole milliseconds');
});

t.test('without WATCHDOG_USEC, or where another process is meant, there is no watchdog', async (t) => {
  t.equal(watchdogPeriodMs({}), undefined);
  t.equal(watchdogPeriodMs({ WATCHDOG_PID: String(process.pid) }), undefined);
  t.equal(watchdogPeriodMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.ppid) }), undefined);
});

t.test('an interval that is none is a coded error that shows it', async (t) => {
  for (const usec of ['', '0', '-1', '1.5', '30s', '1e6', '9'.repeat(400)]) {
    t.throws(() => watchdogPeriodMs({ WATCHDOG_USEC: usec }), { code: 'EL_OPTION_INVALID', message: `'${usec}'` });
  }
});

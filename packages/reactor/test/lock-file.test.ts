import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { lockFile } from '../src/index.js';
import { start } from './support/child.js';
import { until } from './support/setting.js';

t.test('one opening of a file has the lock, until it is closed or its process is killed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'lock');
  const [first, second] = [openSync(path, 'w'), openSync(path, 'r')];
  t.equal(lockFile(first), true);
  t.equal(lockFile(first), true, 'who has it may ask again');
  t.equal(lockFile(second), false);
  closeSync(first);

  const child = start(t, `
    import { openSync } from 'node:fs';
    import { lockFile } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
    process.stdout.write(String(lockFile(openSync(${JSON.stringify(path)}, 'r'))));
    setInterval(() => {}, 1000);
  `);
  await until(() => child.stdout === 'true', 'the child to have the lock');
  t.equal(lockFile(second), false);
  child.process.kill('SIGKILL');
  await child.finished;
  t.equal(lockFile(second), true);
  closeSync(second);
  t.throws(() => lockFile(second), { code: 'EBADF', syscall: 'flock' });
});

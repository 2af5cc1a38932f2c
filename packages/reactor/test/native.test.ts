import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const BUILD = fileURLToPath(new URL('../../../../native/build.mjs', import.meta.url));

t.test('the C library passes its own tests', async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD, 'test'], { encoding: 'utf8' });
  const [, passed] = /^(\d+) passed, 0 failed$/m.exec(stdout) ?? [];
  t.equal(status, 0, stdout.split('\n').filter((line) => line.startsWith('not ok')).join('\n') + stderr);
  t.ok(Number(passed) > 50, `${passed} tests ran`);
});

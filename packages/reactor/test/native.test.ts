import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { skipWithoutSanitizers } from './support/required-tool.js';

const BUILD = fileURLToPath(new URL('../../../../native/build.mjs', import.meta.url));

t.test('the C library passes its own tests', async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD, 'test'], { encoding: 'utf8' });
  const [, passed] = /^(\d+) passed, 0 failed$/m.exec(stdout) ?? [];
  t.equal(status, 0, stdout.split('\n').filter((line) => line.startsWith('not ok')).join('\n') + stderr);
  t.ok(Number(passed) > 50, `${passed} tests ran`);
});

t.test('calls at random, within what the memory holds, break no promise of the C library', { skip: skipWithoutSanitizers('clang', 'fuzzer,address') }, async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD, 'fuzz', '--runs', '3000'], { encoding: 'utf8', env: { ...process.env, CC: '' } });
  t.equal(status, 0, stderr.split('\n').slice(-40).join('\n'));
  t.match(stderr, 'DONE');
  const calls = [...stdout.matchAll(/^(\w+): (\d+) calls, (\d+) without an error$/gm)];
  t.ok(calls.length > 20);
  t.same(calls.filter(([, , made, succeeded]) => Number(made) === 0 || Number(succeeded) === 0).map(([line]) => line), [], 'each was made, and had a chance to go wrong');
});

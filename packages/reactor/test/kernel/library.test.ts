import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { ABI_VERSION, checkAbi } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';

/** What a process says that loads the library from elsewhere. */
function loadFrom(path: string): string {
  const source = `import { createReactor } from ${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)};
    try { createReactor(); } catch (error) { console.log(error.code, error.message); }`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', env: { ...process.env, EDGELOOP_LIBRARY: path } }).stdout;
}

t.test('a missing or broken library says how to build it', async (t) => {
  t.match(loadFrom('/nowhere/libedgeloop.so'), /^EL_LIBRARY_MISSING \/nowhere\/libedgeloop\.so does not exist; build it with "npm run build:native"/);
  const folder = t.testdir();
  writeFileSync(`${folder}/not-a-library.so`, 'text');
  t.match(loadFrom(`${folder}/not-a-library.so`), /^EL_LIBRARY_MISSING .*cannot be loaded; build it again/);
});

t.test('a library of another version or with another constant is refused by name', async (t) => {
  const right = new Uint32Array(64);
  const describe = (values: Uint32Array) => {
    values.set(right.subarray(0, values.length));
    return values.length;
  };
  t.throws(() => checkAbi({ version: () => 99, describe }, 'x.so'), { code: 'EL_LIBRARY_MISMATCH', message: new RegExp(`ABI version 99, this package needs ${ABI_VERSION}`) });
  t.throws(() => checkAbi({ version: () => ABI_VERSION, describe }, 'x.so'), { code: 'EL_LIBRARY_MISMATCH', message: /it has EPOLLIN = 0, this package 1/ });
  t.throws(() => checkAbi({ version: () => ABI_VERSION, describe: () => 3 }, 'x.so'), { code: 'EL_LIBRARY_MISMATCH', message: /describes 3 constants/ });
});

t.test('the kernel answers -errno and never throws for what it refuses', async (t) => {
  const kernel = nativeKernel();
  t.equal(kernel.close(-1), -9);
  t.equal(kernel.recv(-1, new Uint8Array(4), 0, 4), -9);
  t.equal(kernel.socket(999, 1), -97);
  const triples = new Int32Array([-1, 0, 4, -1, 4, 4]);
  t.equal(kernel.recvMany(new Uint8Array(8), triples, 2, 100), 2);
  t.same([...triples], [-9, 0, 4, -9, 4, 4]);
  triples[0] = triples[3] = -1;
  t.equal(kernel.sendMany(new Uint8Array(8), triples, 2), 2);
  t.same([...triples], [-9, 0, 4, -9, 4, 4]);
});

/** The C library with AddressSanitizer and UBSan: its own tests, and a part of those that `npm run sanitize` runs on it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { skipWithoutSanitizers } from './support/required-tool.js';

const NATIVE = new URL('../../../../native/', import.meta.url);
const BUILD = fileURLToPath(new URL('build.mjs', NATIVE));
const SANITIZED = fileURLToPath(new URL('sanitized.mjs', NATIVE));
const KERNEL = new URL('../src/kernel/native-kernel.js', import.meta.url).href;
const skip = skipWithoutSanitizers('cc', 'address,undefined');

/** Most calls of the library, in little time; the first of them in `npm test`, all in `npm run test:long`. */
const PART = ['kernel/library', 'loop/poller', 'loop/signals', 'net/connection', 'net/datagram-socket', 'net/tcp-info'].slice(0, process.env['LONG_TESTS'] === 'true' ? undefined : 1);

/** Runs `node` on the sanitized library. The folder keeps apart what the same test, run at the same time by itself, writes. */
function sanitized(folder: string, ...args: string[]) {
  return spawnSync(process.execPath, [SANITIZED, process.execPath, ...args], { encoding: 'utf8', cwd: folder });
}

function failures(tap: string): string {
  return tap.split('\n').filter((line) => line.trimStart().startsWith('not ok')).join('\n');
}

t.test('the C library passes its own tests under AddressSanitizer and UBSan', { skip }, async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD, 'sanitize'], { encoding: 'utf8' });
  t.equal(status, 0, failures(stdout) + stderr);
  t.match(stdout, /^\d{2,} passed, 0 failed$/m);
});

/** Exactly the memory and one byte more, for each way in which memory is lent. What the descriptor is does not matter. */
const OVERRUNS = {
  el_recv: ['WRITE', 'kernel.recv(-1, memory, 96, 4000 + more)'],
  el_send: ['READ', 'kernel.sendMany(memory, Int32Array.of(-1, 96 + more, 4000), 1)'],
  el_recv_datagrams: ['WRITE', 'kernel.recvDatagrams(-1, memory, 128 + more, new Uint8Array(32 * 128), new Int32Array(3 * 32), 32)'],
  el_connect: ['READ', 'kernel.connect(-1, memory, 4096 + more)'],
} as const;

for (const [name, [access, call]] of Object.entries(OVERRUNS)) {
  t.test(`${name} is stopped, and named, before the kernel sees a byte behind an ArrayBuffer`, { skip }, async (t) => {
    const source = `import { nativeKernel } from ${JSON.stringify(KERNEL)};
      const kernel = nativeKernel();
      const memory = new Uint8Array(new ArrayBuffer(4096));
      for (const more of [0, 1]) { ${call}; console.log('made with', more, 'more'); }`;
    const { status, stdout, stderr } = sanitized(t.testdir(), '--input-type=module', '-e', source);
    t.equal(stdout, 'made with 0 more\n');
    t.equal(status, 1);
    t.match(stderr, 'heap-buffer-overflow');
    t.match(stderr, `${access} of size 1`);
    t.match(stderr, new RegExp(`in ${name} `));
    t.match(stderr, '0 bytes to the right of 4096-byte region');
  });
}

for (const part of PART) {
  t.test(`${part}.test.js passes on the sanitized library`, { skip }, async (t) => {
    const { status, stdout, stderr } = sanitized(t.testdir(), fileURLToPath(new URL(`${part}.test.js`, import.meta.url)));
    t.equal(status, 0, failures(stdout) + stderr);
    t.ok(/^ok \d/m.test(stdout));
    t.notOk(/^ok \d.* # SKIP/im.test(stdout));
  });
}

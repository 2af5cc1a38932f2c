import { readFileSync } from 'node:fs';
import t from 'tap';
import { adviseHugePages } from '../src/index.js';

/** Advised memory stays until the end: a mapping that is collected between two counts would be missing in the second. */
const kept: Uint8Array[] = [];

/** Mappings that are advised, by their flags in smaps; see proc_pid_smaps(5). */
function advised(): number {
  return readFileSync('/proc/self/smaps', 'utf8').split('\n').filter((line) => line.startsWith('VmFlags:') && / hg\b/.test(line)).length;
}

t.test('large memory is advised, unless the kernel has no huge pages', async (t) => {
  const before = advised();
  const memory = new Uint8Array(32 * 2 ** 20);
  kept.push(memory);
  t.equal(advised(), before);
  const answer = adviseHugePages(memory);
  t.equal(advised(), answer ? before + 1 : before);
  memory.fill(7);
  t.ok(memory.every((byte) => byte === 7), 'and serves as before');
});

t.test('memory without an aligned part of 2 MiB is left as it is', async (t) => {
  const before = advised();
  t.equal(adviseHugePages(new Uint8Array(4096)), true);
  t.equal(adviseHugePages(new Uint8Array(0)), true);
  t.equal(advised(), before);
});

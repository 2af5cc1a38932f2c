/** How a group starts: what it is asked for, what its threads are called and where they run, and what is left of one that cannot start. */
import { readFileSync, readdirSync } from 'node:fs';
import t from 'tap';
import { type ReactorGroupOptions, createReactorGroup } from '../../src/index.js';
import { OBEDIENT, openGroup } from '../support/group-setting.js';
import { descriptors, openReactor } from '../support/setting.js';

interface Thread {
  readonly name: string;
  readonly cpus: string;
}

/** The group's threads, as the system sees them, in the order of their names. */
function threads(): Thread[] {
  const all = readdirSync('/proc/self/task').map((id) => ({
    name: readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim(),
    cpus: /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync(`/proc/self/task/${id}/status`, 'utf8'))?.[1] ?? '',
  }));
  return all.filter(({ name }) => /\/\d$/.test(name)).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The CPUs of a list as proc(5) has it: 0-2,4. */
function cpusOf(list: string): string[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
  });
}

const usable = cpusOf(/^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '');

t.test('threads have the group\'s name and their number, and a CPU each', async (t) => {
  const { group } = await openGroup(t, { threadName: 'waiter', affinity: 'spread' });
  t.same(threads(), [0, 1].map((worker) => ({ name: `waiter/${worker}`, cpus: usable[worker % usable.length] })));
  await group.close();
  t.same(threads(), []);
});

t.test('a list of CPUs is taken from in turn, and without one a thread may run anywhere', async (t) => {
  const last = Number(usable.at(-1));
  const { group } = await openGroup(t, { affinity: [last] });
  t.same(threads().map(({ cpus }) => cpus), [`${last}`, `${last}`]);
  await group.close();
  const { group: anywhere } = await openGroup(t, { workers: 1 });
  t.same(threads().map(({ cpus }) => cpusOf(cpus)), [usable]);
  await anywhere.close();
});

type Wrong = readonly [what: string, options: object, expected: { readonly code: string; readonly message?: RegExp }];

const INVALID: readonly Wrong[] = [
  ['no workers', { workers: 0 }, { code: 'EL_OPTION_INVALID' }],
  ['a strategy that there is not', { accept: 'lottery' }, { code: 'EL_OPTION_INVALID' }],
  ['a placement that there is not', { placement: 'random' }, { code: 'EL_OPTION_INVALID' }],
  ['a lag below nothing', { lagMs: -1 }, { code: 'EL_OPTION_INVALID' }],
  ['no CPU at all', { affinity: [] }, { code: 'EL_OPTION_INVALID' }],
  ['a CPU that there is not', { affinity: [8191] }, { code: 'EL_OPTION_INVALID', message: /CPU 8191 is not one .*; those are \d/ }],
  ['a name that the kernel would cut', { threadName: 'much-too-long' }, { code: 'EL_OPTION_INVALID' }],
  ['an option that there is not', { wrokers: 2 }, { code: 'EL_OPTION_INVALID', message: /wrokers/ }],
  ['an option of the workers\' loops that there is not', { reactor: { lop: 'dedicated' } }, { code: 'EL_OPTION_INVALID', message: /lop/ }],
  ['a port of its own for each worker on a Unix socket', { listen: { path: '@edgeloop-group' } }, { code: 'EL_OPTION_INVALID', message: /Unix socket/ }],
  ['an address that is not ours', { listen: { host: '192.0.2.1', port: 0 } }, { code: 'EADDRNOTAVAIL' }],
];

const FAILING: readonly Wrong[] = [
  ['a module that there is not', { plugin: { module: new URL('./nothing.js', OBEDIENT) } }, { code: 'EL_WORKER_FAILED', message: /nothing\.js, cannot be loaded/ }],
  ['a name that the module does not export', { plugin: { module: OBEDIENT, name: 'other' } }, { code: 'EL_WORKER_FAILED', message: /"other", but default, nothing/ }],
  ['an export that is no plugin', { plugin: { module: OBEDIENT, name: 'nothing' } }, { code: 'EL_WORKER_FAILED' }],
  ['options that the plugin does not take', { plugin: { module: OBEDIENT, options: { loud: true } } }, { code: 'EL_OPTION_INVALID', message: /loud/ }],
];

for (const accept of ['reuseport', 'handoff'] as const) {
  t.test(`a group that is refused or cannot start leaves no thread and no descriptor (${accept})`, async (t) => {
    for (const [what, options, expected] of accept === 'handoff' ? FAILING.slice(0, 1) : [...INVALID, ...FAILING]) {
      const before = descriptors();
      const coordinator = openReactor(t);
      const wrong = { plugin: { module: OBEDIENT }, listen: { port: 0 }, workers: 2, accept, log: { level: 'silent' }, coordinator, ...options };
      await t.rejects(createReactorGroup(wrong as ReactorGroupOptions), expected, what);
      t.same(threads(), [], what);
      await coordinator.close();
      t.equal(descriptors(), before, what);
    }
  });
}

t.test('a group with a socket for each worker takes no part of the address of a server that is there already, unless both are to share it', async (t) => {
  const { port } = await openGroup(t, { workers: 1 });
  await t.rejects(openGroup(t, { listen: { host: '0.0.0.0', port } }), { code: 'EADDRINUSE' });
  const { port: shared } = await openGroup(t, { workers: 1, listen: { host: '0.0.0.0', port: 0, reusePort: true } });
  const { group } = await openGroup(t, { workers: 1, listen: { host: '0.0.0.0', port: shared, reusePort: true } });
  t.equal(group.address.port, shared);
});

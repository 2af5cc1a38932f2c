import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { interleaveFamilies, resolveHost } from '../../src/net/resolve.js';
import type { Lookup } from '../../src/options.js';
import { descriptors, openReactor, using } from '../support/setting.js';

t.test('an IP literal stands for itself and is not looked up', async (t) => {
  const lookup = () => Promise.reject(t.fail('nothing is to be looked up'));
  for (const literal of ['127.0.0.1', '::1', 'fe80::1%2']) t.same(await resolveHost(literal, lookup), [literal]);
});

t.test('the system resolves by default, and all that a lookup gives comes in its order', async (t) => {
  const [first] = await resolveHost('localhost');
  t.ok(['127.0.0.1', '::1'].includes(first));
  t.same(await resolveHost('name.test', async () => ['10.0.0.2', '::1', '10.0.0.1']), ['10.0.0.2', '::1', '10.0.0.1']);
});

t.test('a lookup is told the host as it was written, and may answer without a promise', async (t) => {
  const lookup = (host: string) => [host === 'Name.Test' ? '10.0.0.1' : '10.0.0.2'];
  t.same(await resolveHost('Name.Test', lookup as unknown as Lookup), ['10.0.0.1']);
});

t.test('a lookup that fails, or finds nothing, is a coded error with the cause', async (t) => {
  const cause = new Error('no such name');
  const expected = { code: 'EL_ADDRESS_UNRESOLVED', message: /"name\.test"/ };
  const thrown = () => {
    throw cause;
  };
  await t.rejects(resolveHost('name.test', () => Promise.reject(cause)), { ...expected, cause });
  await t.rejects(resolveHost('name.test', thrown), { ...expected, cause });
  await t.rejects(resolveHost('name.test', async () => []), expected);
});

t.test('what a lookup answers is checked, for it comes from outside: a coded error shows it', async (t) => {
  const plugin = using(openReactor(t), {});
  const before = descriptors();
  for (const [answer, shown] of [
    [undefined, 'undefined'], [null, 'null'], ['127.0.0.1', "'127.0.0.1'"], [{ address: '127.0.0.1' }, "{ address: '127.0.0.1' }"],
    [[{ address: '127.0.0.1', family: 4 }], "[ { address: '127.0.0.1', family: 4 } ]"], [[['127.0.0.1']], "[ [ '127.0.0.1' ] ]"],
    [['127.0.0.1', 'localhost'], "[ '127.0.0.1', 'localhost' ]"], [[''], "[ '' ]"], [[7n], '[ 7n ]'],
  ] as const) {
    const lookup = (async () => answer) as unknown as Lookup;
    const error = (await plugin.connect({ host: 'name.test', port: 9, lookup }).catch((reason: unknown) => reason)) as Error;
    t.match(error, { code: 'EL_ADDRESS_INVALID' }, shown);
    t.match(error.message, 'name.test');
    t.match(error.message, shown);
  }
  t.equal(descriptors(), before);
});

t.test('property: interleaving loses nothing, keeps the order within a family, and alternates while both last', async () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6())), (addresses) => {
    const mixed = interleaveFamilies(addresses);
    const isPreferred = (address: string) => isIPv4(address) === isIPv4(addresses[0] as string);
    const family = (preferred: boolean) => (address: string) => isPreferred(address) === preferred;
    const kept = [true, false].every((preferred) => `${mixed.filter(family(preferred))}` === `${addresses.filter(family(preferred))}`);
    const both = 2 * Math.min(...[true, false].map((preferred) => addresses.filter(family(preferred)).length));
    return kept && mixed.length === addresses.length && mixed.slice(0, both).every((address, i) => isPreferred(address) === (i % 2 === 0));
  }));
});

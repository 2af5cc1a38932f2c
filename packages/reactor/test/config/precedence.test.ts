import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { type Setting, serverSections, settingsOf } from '../../src/config/index.js';
import { valueAt } from '../../src/config/tree.js';
import { load } from '../support/loading.js';

const schema = z.strictObject(serverSections);
const settings = settingsOf(schema);

/** Values that the setting allows, none of them its default. */
function others(setting: Setting): unknown[] {
  if (setting.choices !== undefined) return setting.choices.filter((choice) => choice !== setting.default);
  switch (setting.kind) {
    case 'boolean':
      return [!setting.default];
    case 'object':
      return [{ 'plugin:echo': 'debug' }, { 'plugin:echo': 'info', 'plugin:a b': 'warn' }];
    case 'string':
      if (setting.key === 'admin.token') return ['sixteen-or-more-1', 'sixteen-or-more-2', 'sixteen-or-more-3'];
      return setting.key === 'listen.mode' ? ['660', '0666', '640'] : ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
    default:
      // Between the water marks' defaults, so that they stay in order.
      return setting.key.endsWith('Bytes') && setting.path[0] === 'listen' ? [{ lowWaterBytes: 1, maxQueuedBytes: 100_000 }[setting.path[1] as string] ?? 20_000] : [11, 12, 13];
  }
}

/** As a flag or a variable has it. */
function text(value: unknown): string {
  if (typeof value !== 'object') return `${value as string | number | boolean}`;
  return Object.entries(value as Record<string, string>).map(([name, one]) => `${name}=${one}`).join(',');
}

/** What else must be given: a place to listen at, of the kind that the setting is for. */
function company({ key, onlyWith }: Setting): string[] {
  if (key === 'listen.port' || key === 'listen.path') return [];
  return onlyWith === 'listen.path' ? ['--unix=/x'] : ['--port=7'];
}

for (const setting of settings) {
  t.test(`${setting.key}: the command line counts more than the environment, that more than the file, that more than the default`, async (t) => {
    const value = fc.constantFrom(...others(setting));
    const sources = fc.record({ file: fc.option(value), variable: fc.option(value), flag: fc.option(value), alias: fc.boolean() });
    const property = fc.property(sources, ({ file, variable, flag, alias }) => {
      fc.pre(company(setting).length > 0 || [file, variable, flag].some((one) => one !== null));
      const name = setting.flags.at(alias ? -1 : 0);
      const { values, origins } = load(t, schema, {
        argv: [...company(setting), ...(flag === null ? [] : [`--${name}=${text(flag)}`])],
        environment: variable === null ? {} : { [setting.variable]: text(variable) },
        text: JSON.stringify(file === null ? {} : { [setting.path[0] as string]: { [setting.path[1] as string]: file } }),
      });
      const winner = [flag, variable, file].findIndex((one) => one !== null);
      t.same(valueAt(values, setting), [flag, variable, file, setting.default][winner === -1 ? 3 : winner]);
      const origin = origins.get(setting.key);
      t.match(origin, [`--${name}`, setting.variable, /config\.json:1$/][winner] ?? undefined);
    });
    fc.assert(property, { numRuns: process.env['LONG_TESTS'] === 'true' ? 30 : 10 });
  });
}

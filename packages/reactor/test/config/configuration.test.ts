import t from 'tap';
import { z } from 'zod';
import { differenceOf, effectiveValues, jsonSchemaOf, listenOptionsOf, originsText, serverSections, settingsOf, takeOver } from '../../src/config/index.js';
import { listenOptions, unixListenOptions } from '../../src/options.js';
import { parseOptions } from '../../src/options-check.js';
import { load } from '../support/loading.js';

const schema = z.strictObject(serverSections);

t.test('the file may name its JSON Schema', async (t) => {
  t.equal(load(t, schema, { text: '{"$schema":"./schema.json","listen":{"port":7}}' }).values.listen.port, 7);
});

t.test('variables of others are none of ours', async (t) => {
  const environment = { PATH: '/bin', edgeloop_x: '1', EDGELOOP_LIBRARY: '/x.so' };
  t.same([...load(t, schema, { argv: ['--port=7'], environment }).origins.keys()], ['listen.port']);
});

t.test('a flag that is true or false needs no value, and has an opposite', async (t) => {
  const { values } = load(t, schema, { argv: ['--port=7', '--reactor-debug', '--no-listen-no-delay'] });
  t.match(values, { reactor: { debug: true }, listen: { noDelay: false } });
});

for (const place of [['--port=7', '--listen-no-delay=false'], ['--unix=@x', '--listen-mode=660']]) {
  t.test(`what is in force is a configuration file that says the same: ${place.join(' ')}`, async (t) => {
    const configuration = load(t, schema, { argv: [...place, '--log-levels=plugin:echo=debug', '--grace=0.5'] });
    const text = JSON.stringify(effectiveValues(configuration));
    t.same(load(t, schema, { text }).values, configuration.values);
  });
}

t.test('secrets are redacted where a configuration is shown, and their origin is told', async (t) => {
  const configuration = load(t, schema, { argv: ['--port=7'], environment: { EDGELOOP_ADMIN_TOKEN: 'hush-hush-hush-hush' } });
  t.equal(configuration.values.admin.token, 'hush-hush-hush-hush');
  t.match(effectiveValues(configuration), { admin: { token: '(redacted)' } });
  t.equal(originsText(configuration), 'listen.port: --port\nadmin.token: EDGELOOP_ADMIN_TOKEN\n');
  t.notMatch(JSON.stringify(effectiveValues(configuration)), 'hush');
});

t.test('the difference of two configurations says what takes a restart', async (t) => {
  const before = load(t, schema, { argv: ['--port=7', '--log-level=info', '--log-levels=plugin:echo=debug'] });
  const after = load(t, schema, { argv: ['--port=8', '--log-level=debug', '--log-levels=plugin:echo=debug', '--admin-port=9'] });
  t.same(differenceOf(before, after), { reloadable: ['log.level'], needsRestart: ['listen.port', 'admin.port'] });
  t.same(differenceOf(after, after), { reloadable: [], needsRestart: [] });
});

t.test('a limit that the socket in force does not know waits for the restart that changes the socket', async (t) => {
  const before = load(t, schema, { argv: ['--unix=@x'] });
  const after = load(t, schema, { argv: ['--port=8', '--listen-max-connections-per-address=5', '--listen-max-connections=9'] });
  const { reloadable, needsRestart } = differenceOf(before, after);
  t.same(reloadable, ['listen.maxConnections']);
  t.ok(needsRestart.includes('listen.maxConnectionsPerAddress'));
  t.match(takeOver(before, after).values.listen, { path: '@x', maxConnections: 9, maxConnectionsPerAddress: 0 });
});

t.test('the listen section becomes the options of its kind of socket', async (t) => {
  const tcp = load(t, schema, { argv: ['--port=7', '--listen-backlog=5'] }).values.listen;
  t.match(parseOptions(listenOptions, listenOptionsOf(tcp), 'listen'), { host: '127.0.0.1', port: 7, backlog: 5, noDelay: true });
  const unix = load(t, schema, { argv: ['--unix=/x', '--listen-mode=0660', '--listen-uid=5'] }).values.listen;
  t.match(parseOptions(unixListenOptions, listenOptionsOf(unix), 'listen'), { path: '/x', mode: 0o660, uid: 5 });
});

t.test('the JSON Schema knows every key, and only words of JSON Schema', async (t) => {
  const json = jsonSchemaOf(schema) as { properties: Record<string, { properties?: Record<string, { description?: string }> }> };
  for (const { path: [section, name], description } of settingsOf(schema)) {
    t.equal(json.properties[section as string]?.properties?.[name as string]?.description, description);
  }
  t.match(json, { $schema: /2020-12/, additionalProperties: false, properties: { $schema: { type: 'string' }, admin: { properties: { token: { writeOnly: true } } } } });
  t.notMatch(JSON.stringify(json), /"(flag|secret|reload|notWith|onlyWith)":/);
});

const sized = z.strictObject({
  store: z.strictObject({ cap: z.number().int().min(0).default(0).describe('Bytes.').meta({ flag: 'cap', unit: 'bytes' }) }).prefault({}),
});

t.test('bytes may have a unit in a flag or a variable', async (t) => {
  const cap = (text: string) => load(t, sized, { argv: [`--cap=${text}`] }).values.store.cap;
  t.same(['7', '7b', '7k', '7kb', '7M', '7MB', '7g', '7Gb'].map(cap), [7, 7, 7000, 7168, 7e6, 7 * 2 ** 20, 7e9, 7 * 2 ** 30]);
  t.equal(load(t, sized, { environment: { EDGELOOP_STORE_CAP: '2mb' } }).values.store.cap, 2 * 2 ** 20);
  for (const wrong of ['7tb', '1.5mb', 'mb', '7 mb', '0x10', '7constructor']) t.throws(() => cap(wrong), { message: new RegExp(`but is "${wrong}"`) });
});

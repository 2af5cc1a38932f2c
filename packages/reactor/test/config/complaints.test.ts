import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { parseConfigFile } from '../../src/config/config-file.js';
import { serverSections, settingsOf } from '../../src/config/index.js';
import { CONFIG_FILE_BYTES } from '../../src/limits.js';
import { distance, suggestions } from '../../src/config/spelling.js';
import { type Sources, complaintsOf } from '../support/loading.js';

const schema = z.strictObject(serverSections);
const settings = settingsOf(schema);
const PORT = ['--port', '7'];

/** Each is told as a whole: what, what is allowed, what was given, where. */
const WRONG: readonly (readonly [what: string, sources: Sources, complaints: readonly string[]])[] = [
  ['a wrong value in the file', { argv: PORT, text: '{\n  "listen": {\n    "backlog": 0 } }' }, ['listen.backlog: must be a whole number from 1 to 65535, but is 0 (config.json:3)']],
  ['a number beyond all numbers', { argv: PORT, text: '{"listen":{"backlog":1e400}}' }, ['listen.backlog: must be a whole number from 1 to 65535, but is Infinity (config.json:1)']],
  ['a wrong variable', { argv: PORT, environment: { EDGELOOP_LOG_LEVEL: 'loud' } }, ['log.level: must be trace, debug, info, warn, error, fatal or silent, but is "loud" (EDGELOOP_LOG_LEVEL)']],
  ['a wrong flag', { argv: [...PORT, '--listen-ipv6-only=perhaps'] }, ['listen.ipv6Only: must be true or false, but is "perhaps" (--listen-ipv6-only)']],
  ['an empty variable', { argv: PORT, environment: { EDGELOOP_ADMIN_PORT: '' } }, ['admin.port: must be a whole number from 0 to 65535, but is "" (EDGELOOP_ADMIN_PORT)']],
  ['one of several names', { argv: [...PORT, '--log-levels', 'echo=loud,net=info'] }, ['log.levels.echo: must be trace, debug, info, warn, error, fatal or silent, but is "loud" (--log-levels)']],
  ['names without values', { argv: [...PORT, '--log-levels', 'echo'] }, ['log.levels: must be names with values, each value trace, debug, info, warn, error, fatal or silent, but is "echo" (--log-levels)']],
  ['a component that does not exist', { argv: [...PORT, '--log-levels', 'reactr=info'] }, [
    'log.levels: must name components (default, admin, config, connection, plugin, reactor or plugin:NAME), but is "reactr" (--log-levels)',
  ]],
  ['a token that could be guessed', { argv: [...PORT, '--admin-token=fifteen-letters'] }, [
    'admin.token: must be text of 16 or more characters that matches ^[A-Za-z0-9._~+/-]+=*$, but is (redacted) (--admin-token)',
  ]],
  ['a value that crosses a default', { argv: [...PORT, '--listen-max-queued-bytes=1000'] }, ['listen.highWaterBytes: must not be above maxQueuedBytes (1000), but is 65536 (the default)']],
  ['neither port nor path', {}, ['listen.port: must be given, unless listen.path is; set it with --port, EDGELOOP_LISTEN_PORT or "listen.port" in a config file']],
  ['port and path', { argv: PORT, text: '{"listen":{"path":"/x"}}' }, ['listen.port: does not go with listen.path (config.json:1), but is 7 (--port)']],
  ['permissions without a file', { argv: [...PORT, '--listen-mode=660'] }, ['listen.mode: goes with listen.path only, but is "660" (--listen-mode)']],
  ['an endpoint for everybody without a token', { argv: [...PORT, '--admin-port=1', '--admin-host=127.example'] }, [
    'admin.token: must be given, because admin.host (127.example) is no loopback address; set it with --admin-token, EDGELOOP_ADMIN_TOKEN or "admin.token" in a config file',
  ]],
  ['a misspelt key', { argv: PORT, text: '{"listen":{"bakclog":5}}' }, ['unknown key "listen.bakclog" (config.json:1); did you mean "listen.backlog"?']],
  ['a misspelt section', { argv: PORT, text: '{"Listen":{"backlog":5}}' }, ['unknown key "Listen" (config.json:1); did you mean "listen"?']],
  ['a key without its section', { argv: PORT, text: '{"backlog":5}' }, ['unknown key "backlog" (config.json:1); did you mean "listen.backlog"?']],
  ['a dot for a section', { argv: PORT, text: '{"listen.backlog":5}' }, ['unknown key "listen.backlog" (config.json:1); did you mean "listen.backlog"?']],
  ['a key of prototypes', { argv: PORT, text: '{"__proto__":{"backlog":5},"constructor":1}' }, ['unknown key "__proto__" (config.json:1)', 'unknown key "constructor" (config.json:1)']],
  ['a key twice', { argv: PORT, text: '{"log":{},\n"log":{}}' }, ['log: is given twice (config.json:2)']],
  ['a section that is none', { argv: PORT, text: '{"log":"debug"}' }, ['log: must be an object with settings, but is of type string (config.json:1)']],
  ['a misspelt variable', { argv: PORT, environment: { EDGELOOP_LOG_LEVLE: 'info' } }, ['unknown variable EDGELOOP_LOG_LEVLE; did you mean EDGELOOP_LOG_LEVEL?']],
  ['a variable like nothing of ours', { argv: PORT, environment: { EDGELOOP_SERVICE_HOST: '10.0.0.1' } }, ['unknown variable EDGELOOP_SERVICE_HOST']],
  ['a misspelt flag', { argv: [...PORT, '--listen-backlgo=5'] }, ["Unknown option '--listen-backlgo'; did you mean --listen-backlog?"]],
  ['a flag without its section', { argv: [...PORT, '--max-connections=5'] }, ["Unknown option '--max-connections'; did you mean --listen-max-connections or --reactor-max-connections?"]],
  ['an option in the place of a value', { argv: ['--host', '--port', '7'] }, [`Option '--host' is missing its value; if it is "--port", write --host=--port`]],
  ['a syntax error', { argv: PORT, text: '{\n  "listen": { "port" 7 }\n}' }, ['config.json:2:22: not JSON: colon expected']],
  ['an empty file', { argv: PORT, text: '' }, ['config.json:1:1: not JSON: value expected']],
  ['a list', { argv: PORT, text: '[]' }, ['config.json: must be an object with settings']],
  ['a comment', { argv: PORT, text: '{} // none' }, ['config.json:1:4: not JSON: invalid comment token']],
  ['a file that is missing', { argv: PORT, environment: { EDGELOOP_CONFIG: '/nowhere' } }, ["cannot read the config file \"/nowhere\" (EDGELOOP_CONFIG): ENOENT: no such file or directory, stat '/nowhere'"]],
  ['mistakes in all sources', { argv: ['--prot', '7'], environment: { EDGELOOP_X: '' }, text: '{"x":1,"log":{"level":"loud"}}' }, [
    'unknown key "x" (config.json:1)',
    'unknown variable EDGELOOP_X',
    "Unknown option '--prot'; did you mean --port?",
    'log.level: must be trace, debug, info, warn, error, fatal or silent, but is "loud" (config.json:1)',
  ]],
];

for (const [what, sources, complaints] of WRONG) {
  t.test(`${what} is told in full`, async (t) => {
    t.strictSame(complaintsOf(t, schema, sources), complaints);
  });
}

t.test('no complaint shows a secret', async (t) => {
  for (const token of ['hush hush', '(redacted)']) {
    for (const sources of [{ argv: [...PORT, `--admin-token=${token}`] }, { argv: PORT, environment: { EDGELOOP_ADMIN_TOKEN: token } }, { argv: PORT, text: JSON.stringify({ admin: { token } }) }]) {
      const [first = '', ...rest] = complaintsOf(t, schema, sources);
      t.match(first, /^admin\.token: /);
      t.notMatch([first, ...rest].join(), 'hush');
    }
  }
  t.strictSame(complaintsOf(t, schema, { argv: [...PORT, '--admin-token', '-hush'] }), ["Option '--admin-token' is missing its value; write --admin-token=VALUE if it begins with a dash"]);
  t.strictSame(complaintsOf(t, schema, { argv: PORT, text: '{"admin":{"token":"hush" 1}}' }), ['config.json:1:26: not JSON: comma expected']);
});

t.test('what is no fit file is told, and neither waited for nor read', async (t) => {
  const folder = t.testdir({ 'long.json': ' '.repeat(CONFIG_FILE_BYTES + 1), 'latin.json': Buffer.from('{"listen":{"host":"\xe9"}}', 'latin1') });
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  const complaintAbout = (name: string) => complaintsOf(t, schema, { argv: [...PORT, '--config', join(folder, name)] }).map((complaint) => complaint.replaceAll(folder, ''));
  t.strictSame(complaintAbout('fifo'), ['cannot read the config file "/fifo" (--config): it is no regular file, and must be one, as it is read again at SIGHUP']);
  t.strictSame(complaintAbout('.'), ['cannot read the config file "" (--config): it is no regular file, and must be one, as it is read again at SIGHUP']);
  t.strictSame(complaintAbout('long.json'), ['cannot read the config file "/long.json" (--config): it has 65537 bytes, and may have 65536']);
  t.match(complaintAbout('latin.json'), [/^cannot read the config file "\/latin\.json" \(--config\): The encoded data was not valid/]);
});

t.test('a byte order mark is no part of the file', async (t) => {
  t.strictSame(complaintsOf(t, schema, { text: '\ufeff{"listen":{"port":7}}' }), []);
});

t.test('a file is JSON exactly where JSON.parse says so', async () => {
  const garbled = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '0', '\\', '/*', ' ', '-', '\u00a0', '\u2028', 'e')).map(([text, at, piece]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + piece + text.slice(place + 1);
  });
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(fc.property(fc.oneof(fc.json(), garbled, fc.string()), (text) => {
    const { complaints } = parseConfigFile([], text, 'x');
    return complaints.some((complaint) => complaint.includes('not JSON')) !== isJson(text);
  }), { numRuns: 2000 });
});

t.test('a slip of one letter is always forgiven with the right suggestion', async () => {
  const flags = settings.flatMap((setting) => setting.flags).filter((flag) => flag.length > 3);
  const slip = fc.tuple(fc.constantFrom(...flags), fc.nat(), fc.constantFrom('a', 'x', '-')).chain(([flag, at, letter]) => {
    const place = at % flag.length;
    const [before, after] = [flag.slice(0, place), flag.slice(place + 1)];
    return fc.record({ flag: fc.constant(flag), wrong: fc.constantFrom(before + after, before + letter + after, before + letter + flag.slice(place)) });
  });
  fc.assert(fc.property(slip, ({ flag, wrong }) => {
    fc.pre(!flags.includes(wrong));
    return distance(wrong, flag) === 1 && suggestions(wrong, flags).includes(flag);
  }));
});

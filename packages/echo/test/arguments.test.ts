import { ConfigurationError, loadConfiguration } from '@edgeloop/reactor/config';
import t from 'tap';
import { UsageError } from '@edgeloop/reactor/service';
import { HELP, parseArguments } from '../src/arguments.js';
import { echoConfiguration } from '../src/configuration.js';

const DEFAULTS = { command: 'server', place: { host: '127.0.0.1', port: 7 }, trigger: 'edge', loop: 'embedded', udp: false, graceSeconds: 10 };

const RIGHT = {
  'server 7000': { ...DEFAULTS, place: { host: '127.0.0.1', port: 7000 } },
  'server 0': { ...DEFAULTS, place: { host: '127.0.0.1', port: 0 } },
  'server 65535 --host ::': { ...DEFAULTS, place: { host: '::', port: 65_535 } },
  'server --host=localhost 7': { ...DEFAULTS, place: { host: 'localhost', port: 7 } },
  '--trigger level server 7': { ...DEFAULTS, trigger: 'level' },
  'server 7 --trigger edge': { ...DEFAULTS },
  'server 7 --trigger=oneshot --loop=dedicated': { ...DEFAULTS, trigger: 'oneshot', loop: 'dedicated' },
  'server 7 --loop embedded': { ...DEFAULTS },
  'server 7 --trigger level --trigger edge': { ...DEFAULTS },
  'server --port 7': { ...DEFAULTS },
  'server --listen-port=7 --reactor-loop dedicated': { ...DEFAULTS, loop: 'dedicated' },
  'server 7 --udp': { ...DEFAULTS, udp: true },
  'server 7 --udp --no-udp': { ...DEFAULTS },
  'server 7 --grace 0.5': { ...DEFAULTS, graceSeconds: 0.5 },
  'server --unix /run/echo.sock': { ...DEFAULTS, place: { path: '/run/echo.sock' } },
  'server --loop dedicated --unix=@echo --trigger level': { ...DEFAULTS, place: { path: '@echo' }, trigger: 'level', loop: 'dedicated' },
  'client --unix /run/echo.sock': { command: 'client', place: { path: '/run/echo.sock' } },
  '--unix=@echo client': { command: 'client', place: { path: '@echo' } },
  'client localhost 7000': { command: 'client', place: { host: 'localhost', port: 7000 } },
  'client ::1 1': { command: 'client', place: { host: '::1', port: 1 } },
  'client -- localhost 7': { command: 'client', place: { host: 'localhost', port: 7 } },
  '--help': { command: 'help' },
  '-h': { command: 'help' },
  'server --help': { command: 'help' },
  'nonsense -h': { command: 'help' },
  '--version': { command: 'version' },
  '-v': { command: 'version' },
  '-vh': { command: 'help' },
};

const WRONG = {
  '': 'a command is missing: server or client',
  'serve 7000': 'there is no command "serve", only server and client',
  '7000': 'there is no command "7000", only server and client',
  server: 'listen.port: must be given, unless listen.path is; set it with --port, EDGELOOP_LISTEN_PORT or "listen.port" in a config file',
  'server 7000 7001': '"7001" is one argument too many',
  'server 65536': 'listen.port: must be a whole number from 0 to 65535, but is 65536 (<port>)',
  'server 123456': 'listen.port: must be a whole number from 0 to 65535, but is 123456 (<port>)',
  'server 0x10': 'listen.port: must be a whole number from 0 to 65535, but is "0x10" (<port>)',
  'server 1e3': 'listen.port: must be a whole number from 0 to 65535, but is "1e3" (<port>)',
  'server 7.0': 'listen.port: must be a whole number from 0 to 65535, but is "7.0" (<port>)',
  'server http': 'listen.port: must be a whole number from 0 to 65535, but is "http" (<port>)',
  'server -- -1': 'listen.port: must be a whole number from 0 to 65535, but is -1 (<port>)',
  'server -1': "Unknown option '-1'",
  'server 7 --host=': 'listen.host: must be text, not empty, but is "" (--host)',
  'server 7 --host': "Option '--host' is missing its value",
  'server 7 --trigger sideways': 'listen.trigger: must be edge, level or oneshot, but is "sideways" (--trigger)',
  'server 7 --trigger EDGE': 'listen.trigger: must be edge, level or oneshot, but is "EDGE" (--trigger)',
  'server 7 --loop thread': 'reactor.loop: must be embedded or dedicated, but is "thread" (--loop)',
  'server 7 --grace 0': 'shutdown.graceSeconds: must be a number above 0, but is 0 (--grace)',
  'server 7 --grace -1': `Option '--grace' is missing its value; if it is "-1", write --grace=-1`,
  'server 7 --grace soon': 'shutdown.graceSeconds: must be a number above 0, but is "soon" (--grace)',
  'server --unix /x --udp': 'echo.udp: does not go with listen.path (--unix), but is true (--udp)',
  'server 7 --fast': "Unknown option '--fast'",
  'server 7 --trigegr level': "Unknown option '--trigegr'; did you mean --trigger?",
  'server 7 -x': "Unknown option '-x'",
  'server 7 --help=yes': "Option '--help' does not take an argument",
  client: '<host> is missing',
  'client localhost': '<port> is missing',
  'client localhost 7 8': '"8" is one argument too many',
  'client localhost 0': 'the port must be a number from 1 to 65535, not "0"',
  'client localhost seven': 'the port must be a number from 1 to 65535, not "seven"',
  'server 7 --unix /run/echo.sock': 'listen.port: does not go with listen.path (--unix), but is 7 (<port>)',
  'server --unix /run/echo.sock --host ::': 'listen.host: does not go with listen.path (--unix), but is "::" (--host)',
  'server --unix /run/echo.sock --host 127.0.0.1': 'listen.host: does not go with listen.path (--unix), but is "127.0.0.1" (--host)',
  'server --unix=': 'listen.path: must be text, not empty, but is "" (--unix)',
  'server --unix': "Option '--unix' is missing its value",
  'client --unix /run/echo.sock localhost 7': '"localhost" is one argument too many',
  'client --unix=': 'the path must not be empty',
  'client --unix /run/echo.sock --host there': 'client takes no option --host',
  'client localhost 7 --host there': 'client takes no option --host',
  'client localhost 7 --print-config': 'client takes no option --print-config',
  'client localhost 7 --config=x': 'client takes no option --config',
  'client localhost 7 --trigger=edge': 'client takes no option --trigger',
  'client --loop embedded localhost 7': 'client takes no option --loop',
};

const words = (line: string) => (line === '' ? [] : line.split(' '));

/** What a command line means where no variable says anything. */
function understood(argv: readonly string[]): object {
  const args = parseArguments(argv);
  if (args.command !== 'server') return args;
  const { listen, reactor, echo, shutdown } = loadConfiguration(echoConfiguration, args.commandLine, {}).values;
  const place = listen.path === undefined ? { host: listen.host, port: listen.port } : { path: listen.path };
  return { command: 'server', place, trigger: listen.trigger, loop: reactor.loop, udp: echo.udp, graceSeconds: shutdown.graceSeconds };
}

function refusal(argv: readonly string[]): string {
  try {
    understood(argv);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
}

for (const [line, expected] of Object.entries(RIGHT)) {
  t.test(`"${line}" is understood`, async (t) => {
    t.strictSame(understood(words(line)), expected);
  });
}

for (const [line, message] of Object.entries(WRONG)) {
  t.test(`"${line}" is refused`, async (t) => {
    t.equal(refusal(words(line)), message);
  });
}

t.test('an empty host is refused by the client too', async (t) => {
  t.throws(() => parseArguments(['client', '', '7']), new UsageError('the host must not be empty'));
});

t.test('every complaint fits on one line', async (t) => {
  for (const message of Object.values(WRONG)) t.notMatch(message, /\n/);
});

t.test('the help names every option that has a short name', async (t) => {
  for (const option of ['--host', '--port', '--unix', '--trigger', '--loop', '--udp', '--grace', '--config', '--print-config', '--print-schema', '--help', '--version']) t.match(HELP, option);
});

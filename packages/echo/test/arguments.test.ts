import t from 'tap';
import { HELP, UsageError, parseArguments } from '../src/arguments.js';

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
  'server 7 --udp': { ...DEFAULTS, udp: true },
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
  server: '<port> is missing',
  'server 7000 7001': '"7001" is one argument too many',
  'server 65536': 'the port must be a number from 0 to 65535, not "65536"',
  'server 123456': 'the port must be a number from 0 to 65535, not "123456"',
  'server 0x10': 'the port must be a number from 0 to 65535, not "0x10"',
  'server 1e3': 'the port must be a number from 0 to 65535, not "1e3"',
  'server 7.0': 'the port must be a number from 0 to 65535, not "7.0"',
  'server http': 'the port must be a number from 0 to 65535, not "http"',
  'server -- -1': 'the port must be a number from 0 to 65535, not "-1"',
  'server -1': "Unknown option '-1'",
  'server 7 --host=': 'the host must not be empty',
  'server 7 --host': "Option '--host <value>' argument missing",
  'server 7 --trigger sideways': '--trigger must be edge, level, oneshot, not "sideways"',
  'server 7 --trigger EDGE': '--trigger must be edge, level, oneshot, not "EDGE"',
  'server 7 --loop thread': '--loop must be embedded, dedicated, not "thread"',
  'server 7 --grace 0': '--grace must be a number of seconds above 0, not "0"',
  'server 7 --grace -1': "Option '--grace' argument is ambiguous",
  'server 7 --grace soon': '--grace must be a number of seconds above 0, not "soon"',
  'server --unix /x --udp': '--udp does not go with --unix',
  'server 7 --fast': "Unknown option '--fast'",
  'server 7 -x': "Unknown option '-x'",
  'server 7 --help=yes': "Option '-h, --help' does not take an argument",
  client: '<host> is missing',
  'client localhost': '<port> is missing',
  'client localhost 7 8': '"8" is one argument too many',
  'client localhost 0': 'the port must be a number from 1 to 65535, not "0"',
  'client localhost seven': 'the port must be a number from 1 to 65535, not "seven"',
  'server 7 --unix /run/echo.sock': '"7" is one argument too many',
  'server --unix /run/echo.sock --host ::': '--host does not go with --unix',
  'server --unix /run/echo.sock --host 127.0.0.1': '--host does not go with --unix',
  'server --unix=': 'the path must not be empty',
  'server --unix': "Option '--unix <value>' argument missing",
  'client --unix /run/echo.sock localhost 7': '"localhost" is one argument too many',
  'client --unix=': 'the path must not be empty',
  'client --unix /run/echo.sock --host there': 'client takes no option --host',
  'client localhost 7 --host there': 'client takes no option --host',
  'client localhost 7 --trigger=edge': 'client takes no option --trigger',
  'client --loop embedded localhost 7': 'client takes no option --loop',
};

const words = (line: string) => (line === '' ? [] : line.split(' '));

for (const [line, expected] of Object.entries(RIGHT)) {
  t.test(`"${line}" is understood`, async (t) => {
    t.strictSame(parseArguments(words(line)), expected);
  });
}

for (const [line, message] of Object.entries(WRONG)) {
  t.test(`"${line}" is refused`, async (t) => {
    t.throws(() => parseArguments(words(line)), new UsageError(message));
  });
}

t.test('an empty host is refused by the client too', async (t) => {
  t.throws(() => parseArguments(['client', '', '7']), new UsageError('the host must not be empty'));
});

t.test('every complaint fits on one line', async (t) => {
  for (const message of Object.values(WRONG)) t.notMatch(message, /\n/);
});

t.test('the help names every option', async (t) => {
  for (const option of ['--host', '--unix', '--trigger', '--loop', '--help', '--version']) t.match(HELP, option);
});

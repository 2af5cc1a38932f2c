/** Data of all types, in all the states that an export might lose. */
import type { Argument, RespClient } from '../support/resp-client.js';

type Command = readonly Argument[];

const FAR = String(Date.UTC(2200, 0, 1) + 7);
const PAST = '1600000000000';
const BINARY = Buffer.from([0, 13, 10, 0x24, 0x2a, 0xff, 0xfe, 0x80]);
const LIBRARY = "#!lua name=sums\nredis.register_function{function_name='sum', callback=function(keys, args) return args[1] + args[2] end, flags={'no-writes'}}";

function numbered(count: number, write: (i: number) => readonly string[]): string[] {
  return Array.from({ length: count }, (_, i) => write(i)).flat();
}

const STRINGS: readonly Command[] = [
  ['SET', 'empty', ''],
  ['SET', '', 'at the empty key'],
  ['SET', BINARY, BINARY],
  ['SET', 'number', '-9223372036854775808'],
  ['SET', 'several pieces', Buffer.alloc(1_200_000, 'abcdefg')],
  ['SET', 'whole pieces', Buffer.alloc(102_400, 'x')],
  ['SETBIT', 'bits', '70000', '1'],
  ['PFADD', 'few', ...numbered(9, (i) => [`visitor ${i}`])],
  ['PFADD', 'many', ...numbered(9000, (i) => [`visitor ${i}`])],
  ['SET', 'short-lived', 'x', 'PXAT', FAR],
];

const COLLECTIONS: readonly Command[] = [
  ['RPUSH', 'list', 'a', '', BINARY, '7'],
  ['RPUSH', 'whole list pieces', ...numbered(1100, () => [''])],
  ['RPUSH', 'long list', ...numbered(2300, (i) => [`element ${i}`])],
  ['HSET', 'hash', 'name', 'ann', '', '', BINARY, BINARY],
  ['HSET', 'large hash', ...numbered(1200, (i) => [`field ${i}`, `${i}`])],
  ['SADD', 'numbers', '3', '-1', '9007199254740993'],
  ['SADD', 'members', '', BINARY, 'x'],
  ['SADD', 'large set', ...numbered(1200, (i) => [`member ${i}`])],
  ['ZADD', 'scores', '0.1', 'tenth', '-inf', 'least', 'inf', 'most', '3e-320', 'tiny', '-0', 'zero', '9007199254740993', 'odd', '1.7976931348623157e308', BINARY],
  ['ZADD', 'large scores', ...numbered(1200, (i) => [String(1 / (i + 3)), `member ${i}`])],
  ['PEXPIREAT', 'large hash', FAR],
];

const STREAMS: readonly Command[] = [
  ['XADD', 'stream', '1-1', 'a', '1', '', BINARY],
  ['XADD', 'stream', '1-2', 'a', '2'],
  ['XADD', 'long stream', '0-18446744073709551615', 'last', 'sequence'],
  ...Array.from({ length: 1050 }, (_, i): Command => ['XADD', 'long stream', `7-${i}`, 'n', `${i}`]),
  ['XADD', 'emptied', '5-5', 'a', 'b'],
  ['XDEL', 'emptied', '5-5'],
  ['XGROUP', 'CREATE', 'never filled', 'group', '0', 'MKSTREAM'],
  ['XGROUP', 'CREATE', 'bare', 'group', '0', 'MKSTREAM'],
  ['XGROUP', 'DESTROY', 'bare', 'group'],
  ['XADD', 'ahead', '3-3', 'a', 'b'],
  ['XSETID', 'ahead', '9-9', 'ENTRIESADDED', '70', 'MAXDELETEDID', '4-4'],
];

/** Messages that are pending: with consumers, deliveries and times of their own, deleted ones and trimmed ones, more than are read at once. */
const GROUPS: readonly Command[] = [
  ...Array.from({ length: 1100 }, (_, i): Command => ['XADD', 'work', `${i + 1}-0`, 'job', `${i}`]),
  ['XGROUP', 'CREATE', 'work', BINARY, '2-0', 'ENTRIESREAD', '2'],
  ['XGROUP', 'CREATE', 'work', 'crew', '0'],
  ['XGROUP', 'CREATECONSUMER', 'work', 'crew', 'idle'],
  ['XREADGROUP', 'GROUP', 'crew', 'ann', 'COUNT', '1050', 'STREAMS', 'work', '>'],
  ['XREADGROUP', 'GROUP', BINARY, BINARY, 'COUNT', '3', 'STREAMS', 'work', '>'],
  ['XCLAIM', 'work', 'crew', 'bob', '0', '20-0', '21-0', 'TIME', PAST, 'RETRYCOUNT', '7'],
  ['XDEL', 'work', '20-0', '700-0', '1100-0'],
  ['XTRIM', 'work', 'MAXLEN', '1090'],
  ['PEXPIREAT', 'work', FAR],
];

/** Fills an empty server. Error: one that shows what a server has refused. */
export async function fill(client: RespClient): Promise<void> {
  const others = Array.from({ length: 250 }, (_, i): Command => ['SET', `key ${i}`, `${i}`]);
  const commands: Command[] = [
    ['FUNCTION', 'LOAD', LIBRARY], ...STRINGS, ...COLLECTIONS, ...STREAMS, ...GROUPS,
    ['SELECT', '3'], ['SET', 'number', 'in another database'],
    ['SELECT', '9'], ...others,
    ['SELECT', '0'],
  ];
  const replies = await client.pipeline(commands, 60_000);
  const refused = replies.find(({ type }) => type === 'error' || type === 'missing');
  if (refused !== undefined) throw new Error(JSON.stringify(refused));
}

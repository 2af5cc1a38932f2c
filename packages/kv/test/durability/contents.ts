import { Dispatcher } from '../../src/command/dispatcher.js';
import { Registry } from '../../src/catalogue/registry.js';
import { commands } from '../../src/commands/index.js';
import { ReplyWriter } from '../../src/protocol/reply-writer.js';
import { Request } from '../../src/protocol/request.js';
import type { Server } from '../../src/server/server.js';
import { TYPE_NAMES } from '../../src/store/meta.js';

const READERS = {
  string: ['GET'],
  list: ['LRANGE', '0', '-1'],
  set: ['SMEMBERS'],
  zset: ['ZRANGE', '0', '-1', 'WITHSCORES'],
  hash: ['HGETALL'],
  stream: ['XINFO', 'FULL', 'COUNT', '0'],
} as const;
/** How the nodes of a stream are cut is nobody's business. */
const LAYOUT = /\$15\r\nradix-tree-keys\r\n:\d+\r\n\$16\r\nradix-tree-nodes\r\n:\d+\r\n/;

/**
 * All keys of a server with what they hold, by database and name: also those whose deadline has come, if nobody has looked for them. What
 * has no order, hashes and sets, is sorted.
 */
export function contentsOf(server: Server): Map<string, string> {
  const contents = new Map<string, string>();
  const nowMs = server.keyspace.nowMs;
  const client = server.addClient();
  const reply = new ReplyWriter();
  const dispatcher = Dispatcher.withNested(server, new Registry(commands), reply);
  const ask = (...args: (string | Buffer)[]): string => {
    reply.clear();
    dispatcher.dispatch(client, new Request(args.map((arg) => Buffer.from(arg as Buffer))));
    return reply.written().toString('latin1');
  };
  // Nothing expires while it is looked at.
  server.keyspace.nowMs = 0;
  for (const db of server.keyspace.databases) {
    const keys: [key: Buffer, type: (typeof TYPE_NAMES)[number]][] = [];
    db.dict.forEach((entry) => keys.push([db.keyOf(entry), TYPE_NAMES[db.typeOf(entry)]]));
    ask('SELECT', String(db.index));
    for (const [key, type] of keys) {
      const [name, ...rest] = READERS[type];
      const answer = type === 'stream' ? ask('XINFO', 'STREAM', key, ...rest).replace(LAYOUT, '') : ask(name, key, ...rest);
      contents.set(`${db.index} ${key.toString('latin1')}`, `${type} ${ask('PEXPIRETIME', key)}${sorted(answer, type)}`);
    }
  }
  server.keyspace.nowMs = nowMs;
  return contents;
}

/** The keys at which two servers differ, each with the begin of what it holds here and there. */
export function differences(read: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): string[] {
  const shown = (value: string | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value.slice(0, 60)));
  const keys = new Set([...read.keys(), ...expected.keys()]);
  return [...keys].filter((key) => read.get(key) !== expected.get(key)).map((key) => `${key}: ${shown(read.get(key))} and not ${shown(expected.get(key))}`);
}

function sorted(answer: string, type: string): string {
  if (type !== 'set' && type !== 'hash') return answer;
  const parts: string[] = [];
  let at = answer.indexOf('\r\n') + 2;
  while (at < answer.length) {
    const start = at;
    for (let left = type === 'set' ? 1 : 2; left > 0; left--) at = endOfBulk(answer, at);
    parts.push(answer.slice(start, at));
  }
  return parts.sort().join('');
}

function endOfBulk(answer: string, at: number): number {
  const line = answer.indexOf('\r\n', at);
  return line + 4 + Number(answer.slice(at + 1, line));
}

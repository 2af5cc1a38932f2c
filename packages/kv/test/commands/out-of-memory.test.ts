import t from 'tap';
import type { Memory } from '../../src/memory/memory.js';
import { LocalServer } from '../support/local-server.js';
import { exhaustAfter } from '../support/scarce-memory.js';

const WORDS = Array.from({ length: 12 }, (_, i) => `word-${i}-${'x'.repeat(60)}`).join(' ');
const PAIRS = Array.from({ length: 12 }, (_, i) => `${i} word-${i}-${'x'.repeat(60)}`).join(' ');
const INTEGERS = '0 1 2 3 4 5 6 7';

/** What there is before each command. */
const SETUP = [
  'SET text abc', 'SET number 5', 'SET mortal abc EX 1000', `SET other ${'x'.repeat(200)} EX 2000`, 'LPUSH list a b c', 'LPUSH longer d e f', `SADD set ${WORDS}`,
  `SADD words a ${WORDS}`, `SADD integers ${INTEGERS}`, `HSET hash ${PAIRS}`, `ZADD zset ${PAIRS}`, `ZADD zwords 5 a ${PAIRS}`,
  'GEOADD places 13 38 a 15 37 b', 'XADD stream 1-1 a b', 'XADD stream 1-2 a b', 'XGROUP CREATE stream group 0', 'XGROUP CREATE stream other 0',
  'XREADGROUP GROUP group me STREAMS stream >',
];

/** Commands that do all or nothing. */
const COMMANDS = [
  `SET text ${'y'.repeat(40)} EX 100`, `SET text ${'y'.repeat(100)} KEEPTTL`, `SET mortal ${'y'.repeat(100)} KEEPTTL`, 'SETEX list 100 abc', 'SET new abc PX 100000', 'SET mortal abc',
  'SETRANGE new 100 abc', `APPEND text ${'y'.repeat(100)}`, 'SETBIT new 5000 1', 'BITOP OR hash text number', 'INCRBYFLOAT new 1.5', 'EXPIRE text 100',
  'EXPIRE list 100', 'GETEX text EX 100', 'PERSIST mortal', 'RENAME text renamed', 'RENAME mortal hash', 'RENAME hash mortal', 'RENAMENX hash renamed',
  'RENAME mortal other', 'RENAME list zset', 'MOVE mortal 1', 'MOVE hash 1', 'COPY text list REPLACE', 'COPY mortal new', 'COPY hash mortal REPLACE', 'COPY stream new',
  'COPY zset list REPLACE', 'COPY set text REPLACE', 'COPY integers new', 'SORT words ALPHA STORE text', 'SORT list ALPHA STORE new',
  'SUNIONSTORE list set words', 'SINTERSTORE mortal set words', 'SDIFFSTORE words words set', 'SUNION set words', 'ZUNIONSTORE list 2 zset zwords', 'ZDIFFSTORE mortal 2 zwords zset',
  'ZRANGESTORE text zset 0 -1', 'GEOSEARCHSTORE text places FROMLONLAT 15 37 BYRADIUS 200 km', `LPUSH new ${WORDS}`, 'LMOVE list new LEFT LEFT', 'LMOVE list longer LEFT RIGHT',
  `SADD new ${WORDS}`, `SADD new ${INTEGERS} 8`, 'SADD integers 8', 'SADD integers a', 'SMOVE words new a', 'SMOVE integers words 5', `HSET new ${PAIRS}`, `HSET new f ${'x'.repeat(100)}`,
  'HSETNX new f v', 'HINCRBY new f 5', 'HINCRBYFLOAT new f 5', `ZADD new ${PAIRS}`, `ZADD new 1 ${'x'.repeat(100)} 2 ${'y'.repeat(100)}`, 'ZINCRBY new 1 a', 'GEOADD new 13 38 a',
  'XADD new * a b', 'XADD stream * a b', 'XGROUP CREATE new group $ MKSTREAM', 'PFADD new a b', 'PFMERGE new',
];

const ALL_KEYS = ['new', 'renamed', ...SETUP.map((line) => line.split(' ')[1] as string)];

/** A server on which one command after the other runs out of memory. */
class Store {
  readonly #local = new LocalServer();
  readonly #client = this.#local.connect();
  readonly #emptyBytes = this.#memory.usedBytes;

  constructor() {
    this.#client.send('CONFIG SET set-max-intset-entries 8');
  }

  get #memory(): Memory {
    return this.#local.server.keyspace.memory;
  }

  fill(): void {
    this.#client.send(...SETUP);
  }

  /** Runs a command while there are so many blocks left. */
  send(line: string, blocks: number): string {
    const end = exhaustAfter(this.#memory, blocks);
    try {
      return this.#client.send(line);
    } finally {
      end();
    }
  }

  /** All keys with their values and deadlines. */
  get contents(): string {
    const keys = [0, 1].flatMap((db) => [`SELECT ${db}`, ...ALL_KEYS.flatMap((key) => [`EXPIRETIME ${key}`, ...readers(key)])]);
    return this.#client.send(...keys, 'SELECT 0');
  }

  /** Removes everything, and returns how much is used all the same. */
  empty(): number {
    this.#client.send('FLUSHALL');
    while (this.#local.server.keyspace.reclamation.slice(1000));
    return this.#memory.usedBytes - this.#emptyBytes;
  }
}

/** Those for the wrong type are errors, which say as much. */
function readers(key: string): string[] {
  return [
    `GET ${key}`, `LRANGE ${key} 0 -1`, `SORT ${key} ALPHA`, `HGETALL ${key}`, `ZRANGE ${key} 0 -1 WITHSCORES`, `XRANGE ${key} - +`, `XPENDING ${key} group`,
  ];
}

t.test('what a command has answered before memory ended is taken back, also if the replies before it have left meanwhile', async (t) => {
  const local = new LocalServer();
  const client = local.connect();
  const long = 'x'.repeat(200_000);
  client.send(`SET long ${long}`);
  const end = exhaustAfter(local.server.keyspace.memory, 0);
  const replies = client.send('GET long', 'GET long', `GETSET long ${long}${long}`, 'GET long').split(' ');
  // So much is more than a client's share of a turn: the rest comes in further ones.
  for (let turn = 0; turn < 4; turn++) {
    local.elapse(1);
    replies.push(...client.received().split(' '));
  }
  end();
  t.strictSame(replies.filter((word) => word !== long).slice(0, 4), ['$200000', '$200000', '-OOM', 'command']);
  t.equal(replies.filter((word) => word === long).length, 3);
});

const store = new Store();

// Memory ends at each place of a command where it can: after no block, after one, and so on.
for (const command of COMMANDS) {
  t.test(`${command.slice(0, 40)} does nothing and loses nothing where memory ends`, async (t) => {
    let reply = '-OOM';
    for (let blocks = 0; reply.startsWith('-OOM'); blocks++) {
      store.fill();
      const before = store.contents;
      reply = store.send(command, blocks);
      if (reply.startsWith('-OOM')) t.equal(store.contents, before, `as before, after ${blocks} blocks`);
      t.equal(store.empty(), 0, `nothing is lost after ${blocks} blocks`);
    }
    t.notMatch(reply, /^-/, 'at last there is enough');
  });
}

import type { Random } from '@edgeloop/reactor/testing';
import { weighed } from '../../soak/random.js';
import { Refusal, type Reply, type Request, textOf } from '../connection.js';
import { ROW_KEYS, type Shelf, TEXT_KEYS } from './shelf.js';
import { UNKNOWN_ID } from './value.js';

/** Something that happens as a whole or not at all. */
export interface Deed {
  readonly name: string;
  readonly requests: readonly Request[];
  /** Does to the model what the requests do to the data. Takes the replies, if there were any, and returns what the last one has to be. */
  change(shelf: Shelf, replies?: readonly Reply[]): Reply;
}

/** What tells one deed from all others. */
export interface Occasion {
  /** Its number among those of its writer. */
  readonly number: number;
  /** Said by nobody else and never again. */
  readonly text: string;
  /** The number of the writer's database. The ledger is in database 0. */
  readonly database: number;
  readonly random: Random;
}

type Kind = (occasion: Occasion) => Pick<Deed, 'requests' | 'change'>;

/** In 2100. */
const FAR = 4_102_444_800_000;
const BULK_BYTES = 300_000;
const SCRIPT = `redis.call('SET', KEYS[1], ARGV[1])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[3], 'script', ARGV[1])
return redis.call('INCR', KEYS[4])`;

const KINDS = {
  set: ({ text }) => ({ requests: [['SET', 'text', text]], change: (shelf) => (shelf.setText('text', text), 'OK') }),

  setUntil: ({ text, number }) => ({
    requests: [['SET', 'mortal', text, 'PXAT', `${FAR + number}`]],
    change: (shelf) => (shelf.setText('mortal', text, FAR + number), 'OK'),
  }),

  expire: ({ random, number }) => {
    const late = random.chance(0.3);
    return {
      requests: [['PEXPIREAT', 'mortal', `${late ? 1 : FAR - number}`]],
      change: (shelf) => {
        const had = shelf.keys.has('mortal');
        if (had && late) shelf.remove('mortal');
        else if (had) shelf.setText('mortal', shelf.text('mortal'), FAR - number);
        return Number(had);
      },
    };
  },

  append: ({ text }) => ({
    requests: [['APPEND', 'log', `${text} `]],
    change: (shelf) => (shelf.changeText('log', `${shelf.text('log')}${text} `), shelf.text('log').length),
  }),

  bulk: ({ text }) => {
    const bulk = text.padEnd(BULK_BYTES, '.');
    return { requests: [['SET', 'bulk', bulk]], change: (shelf) => (shelf.setText('bulk', bulk), 'OK') };
  },

  count: ({ random }) => {
    const step = random.between(1, 9);
    return { requests: [['INCRBY', 'count', `${step}`]], change: (shelf) => counted(shelf, step) };
  },

  push: ({ text }) => ({ requests: [['RPUSH', 'list', text]], change: (shelf) => shelf.append('list', text) }),

  queue: ({ text, random }) => (random.chance(0.4)
    ? { requests: [['LPOP', 'queue']], change: (shelf) => shelf.shift('queue') }
    : { requests: [['RPUSH', 'queue', text]], change: (shelf) => shelf.append('queue', text) }),

  field: ({ text, random }) => {
    const field = `field:${random.below(20)}`;
    return random.chance(0.2)
      ? { requests: [['HDEL', 'hash', field]], change: (shelf) => shelf.removeField('hash', field) }
      : { requests: [['HSET', 'hash', field, text]], change: (shelf) => shelf.setField('hash', field, text) };
  },

  rank: ({ number, random }) => {
    const member = `member:${random.below(200)}`;
    return { requests: [['ZADD', 'ranks', `${number}`, member]], change: (shelf) => shelf.setField('ranks', member, `${number}`) };
  },

  entry: ({ text, number }) => ({
    requests: [['XADD', 'stream', `${number}-1`, 'field', text]],
    change: (shelf) => (shelf.append('stream', `${number}-1:${text}`), `${number}-1`),
  }),

  stamped: ({ text }) => ({
    requests: [['XADD', 'stamped', '*', 'field', text]],
    change: (shelf, [id] = [UNKNOWN_ID]) => (shelf.append('stamped', `${textOf(id)}:${text}`), textOf(id)),
  }),

  rows: ({ text, random }) => {
    const rows = Array.from({ length: 5 }, () => random.pick(ROW_KEYS));
    return {
      requests: [['MSET', ...rows.flatMap((row) => [row, text])]],
      change: (shelf) => (rows.forEach((row) => shelf.setText(row, text)), 'OK'),
    };
  },

  remove: ({ random }) => {
    const key = random.pick([...TEXT_KEYS, 'list', 'queue', 'hash', 'ranks', 'stream', 'stamped']);
    return { requests: [['DEL', key]], change: (shelf) => shelf.remove(key) };
  },

  flush: () => ({ requests: [['FLUSHDB']], change: (shelf) => (shelf.keys.clear(), 'OK') }),

  ledger: ({ text, database }) => ({
    requests: [['SELECT', '0'], ['RPUSH', 'ledger', text], ['SELECT', `${database}`]],
    change: (shelf, replies) => (shelf.ledger.push({ text, length: numberOf(replies?.[1]) }), 'OK'),
  }),

  transaction: ({ text, database }) => ({
    requests: [
      ['MULTI'],
      ['SET', 'one', text],
      ['RPUSH', 'list', text],
      ['SELECT', '0'],
      ['RPUSH', 'ledger', text],
      ['SELECT', `${database}`],
      ['HSET', 'hash', 'transaction', text],
      ['EXEC'],
    ],
    change: (shelf, replies) => {
      shelf.setText('one', text);
      const pushed = shelf.append('list', text);
      const executed = replies?.at(-1);
      const length = Array.isArray(executed) ? numberOf(executed[3]) : undefined;
      shelf.ledger.push({ text, length });
      return ['OK', pushed, 'OK', length ?? null, 'OK', shelf.setField('hash', 'transaction', text)];
    },
  }),

  script: ({ text }) => ({
    requests: [['EVAL', SCRIPT, '4', 'one', 'list', 'hash', 'count', text]],
    change: (shelf) => {
      shelf.setText('one', text);
      shelf.append('list', text);
      shelf.setField('hash', 'script', text);
      return counted(shelf, 1);
    },
  }),
} satisfies Record<string, Kind>;

function numberOf(reply: Reply | undefined): number | undefined {
  return typeof reply === 'number' ? reply : undefined;
}

function counted(shelf: Shelf, step: number): number {
  const count = Number(shelf.text('count')) + step;
  shelf.changeText('count', `${count}`);
  return count;
}

/** How often each is done. The rare ones begin anew what would grow without end. */
const WEIGHTS: Record<keyof typeof KINDS, number> = {
  set: 60, setUntil: 20, expire: 20, append: 30, bulk: 2, count: 50, push: 60, queue: 40, field: 40, rank: 40, entry: 30, stamped: 30, rows: 80,
  remove: 14, flush: 1, ledger: 40, transaction: 60, script: 60,
};

export function anyDeed(occasion: Occasion): Deed {
  const name = weighed(occasion.random, WEIGHTS);
  return { name, ...KINDS[name](occasion) };
}

/** Writes all rows, so that there is something to be kept from the beginning. */
export function allRows({ text }: Occasion): Deed {
  return {
    name: 'allRows',
    requests: [['MSET', ...ROW_KEYS.flatMap((row) => [row, text])]],
    change: (shelf) => (ROW_KEYS.forEach((row) => shelf.setText(row, text)), 'OK'),
  };
}

/** What is wrong with the replies to a deed that has happened to the model now; undefined if they are as they should be. */
export function objection(deed: Deed, replies: readonly Reply[], shelf: Shelf): string | undefined {
  const { name, requests } = deed;
  const refused = replies.find((reply) => reply instanceof Refusal);
  if (refused !== undefined) return `${name} was refused: ${refused.text}`;
  const expected = deed.change(shelf, replies);
  const last = replies[requests.length - 1];
  if (JSON.stringify(last) === JSON.stringify(expected)) return undefined;
  return `${name} was answered with ${JSON.stringify(last)} instead of ${JSON.stringify(expected)}`;
}

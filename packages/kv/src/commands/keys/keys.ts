import { globMatches } from '../../bytes/glob.js';
import type { Command } from '../../command/call.js';
import { type Work, replyWhenDone } from '../../command/late-reply.js';
import { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Database } from '../../store/database.js';

const HASH_SPACE = 2 ** 32;
/** Keys that are looked at between two looks at the clock. */
const STEP_KEYS = 16;

export const keys: Command = {
  name: 'keys',
  arity: 2,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers all keys that match a pattern. Where that takes long, others are served meanwhile, and keys that come or go then may be among them or not.',
  complexity: 'O(N) for N keys of the database',
  syntax: 'pattern',
  categories: ['dangerous'],
  execute(call) {
    replyWhenDone(call, new Listing(call.db, call.is(1, '*') ? undefined : call.copy(1)));
  },
};

/** The keys of a database, gathered in the order of their hashes. */
class Listing implements Work {
  readonly #db: Database;
  readonly #pattern: Buffer | undefined;
  readonly #found = new ReplyWriter();
  #count = 0;
  #from = 0;

  constructor(db: Database, pattern: Buffer | undefined) {
    this.#db = db;
    this.#pattern = pattern;
    this.#found.hold();
  }

  advance(budgetMs: number): boolean {
    const endMs = performance.now() + budgetMs;
    do {
      const { dict } = this.#db;
      const to = Math.min(HASH_SPACE, this.#from + Math.ceil((HASH_SPACE / Math.max(1, dict.size)) * STEP_KEYS));
      dict.visit(this.#from, to, (entry) => this.#look(entry));
      this.#from = to;
    } while (this.#from < HASH_SPACE && performance.now() < endMs);
    return this.#from === HASH_SPACE;
  }

  write(reply: ReplyWriter): void {
    const found = this.#found.written();
    reply.array(this.#count);
    reply.raw(found, 0, found.length);
  }

  #look(entry: number): void {
    const { buffer, start, end } = this.#db.keyRange(entry);
    const pattern = this.#pattern;
    if (pattern !== undefined && !globMatches(pattern, 0, pattern.length, buffer, start, end)) return;
    if (this.#db.isExpired(entry)) return;
    this.#found.bulk(buffer, start, end);
    this.#count++;
  }
}

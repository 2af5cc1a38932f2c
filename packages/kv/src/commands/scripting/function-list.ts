import { globMatches } from '../../bytes/glob.js';
import type { Call, Command } from '../../command/call.js';
import { quoted } from '../../command/quoted-argument.js';
import { ReplyError } from '../../command/reply-error.js';
import { type FunctionLibrary, type LibraryFunction, lineText } from '../../scripting/index.js';

const NO_PATTERN = new ReplyError('ERR library name argument was not given');

/** What is asked for: where the pattern is among the arguments, 0 for none. */
interface Query {
  pattern: number;
  withCode: boolean;
}

export const list: Command = {
  name: 'list',
  arity: -2,
  flags: ['noscript'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Answers which libraries there are, with their functions.',
  complexity: 'O(N) for N functions',
  syntax: '[LIBRARYNAME library-name-pattern] [WITHCODE]',
  execute(call) {
    const query = readQuery(call);
    const libraries = [...call.server.functions.libraries.values()].filter(({ name }) => query.pattern === 0 || matches(call, query.pattern, name));
    call.reply.array(libraries.length);
    for (const library of libraries) replyLibrary(call, library, query.withCode);
  },
};

export const stats: Command = {
  ...list,
  name: 'stats',
  arity: 2,
  flags: ['noscript', 'allow_busy'],
  summary: 'Answers how many libraries and functions there are. When this is read, no function runs.',
  complexity: 'O(N) for N libraries',
  syntax: '',
  execute({ reply, server: { functions } }) {
    reply.map(2);
    reply.text('running_script');
    reply.nil();
    reply.text('engines');
    reply.map(1);
    reply.text('LUA');
    reply.map(2);
    reply.text('libraries_count');
    reply.integer(functions.libraries.size);
    reply.text('functions_count');
    reply.integer(functions.count);
  },
};

function readQuery(call: Call): Query {
  const query: Query = { pattern: 0, withCode: false };
  for (let i = 2; i < call.count; i++) {
    if (!query.withCode && call.is(i, 'WITHCODE')) {
      query.withCode = true;
    } else if (query.pattern === 0 && call.is(i, 'LIBRARYNAME')) {
      if (++i === call.count) throw NO_PATTERN;
      query.pattern = i;
    } else {
      throw new ReplyError(lineText(`ERR Unknown argument ${quoted(call, i)}`));
    }
  }
  return query;
}

function matches(call: Call, pattern: number, name: string): boolean {
  const bytes = Buffer.from(name, 'latin1');
  return globMatches(call.source, call.start(pattern), call.end(pattern), bytes, 0, bytes.length);
}

function replyLibrary({ reply }: Call, { name, source, functions }: FunctionLibrary, withCode: boolean): void {
  reply.map(withCode ? 4 : 3);
  reply.text('library_name');
  reply.text(name);
  reply.text('engine');
  reply.text('LUA');
  reply.text('functions');
  reply.array(functions.size);
  for (const each of functions.values()) replyFunction(reply, each);
  if (!withCode) return;
  reply.text('library_code');
  reply.bulk(Buffer.from(source));
}

function replyFunction(reply: Call['reply'], { name, description, flags }: LibraryFunction): void {
  reply.map(3);
  reply.text('name');
  reply.text(name);
  reply.text('description');
  if (description === undefined) reply.nil();
  else reply.bulk(Buffer.from(description, 'latin1'));
  reply.text('flags');
  reply.set(flags.size);
  for (const flag of flags) reply.status(flag);
}

import { RuleError, type Selector } from '../../../access/selector.js';
import { User } from '../../../access/user.js';
import { DEFAULT_USER } from '../../../access/users.js';
import type { Client } from '../../../client/client.js';
import type { Call, Command } from '../../../command/call.js';
import { hypotheticalCall } from '../../../command/hypothetical-call.js';
import { type Denial, denialOf } from '../../../command/permission.js';
import { ReplyError } from '../../../command/reply-error.js';

const definition = {
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '6.0.0',
  complexity: 'O(N) for N rules',
} as const;

export const users: Command = {
  ...definition,
  name: 'users',
  arity: 2,
  summary: 'Answers the names of all users.',
  syntax: '',
  execute(call) {
    const names = sorted(call).map(({ name }) => name);
    call.reply.array(names.length);
    for (const name of names) call.reply.text(name);
  },
};

export const list: Command = {
  ...users,
  name: 'list',
  summary: 'Answers all users with their rules.',
  execute(call) {
    call.reply.array(call.server.users.all.size);
    for (const user of sorted(call)) call.reply.bulk(Buffer.from(describe(user), 'latin1'));
  },
};

export const getuser: Command = {
  ...definition,
  name: 'getuser',
  arity: 3,
  summary: 'Answers the rules of a user.',
  syntax: 'username',
  execute(call) {
    const user = call.server.users.all.get(call.text(2));
    if (user === undefined) return call.reply.nil();
    const { reply } = call;
    const [own, ...others] = user.selectors as [Selector, ...Selector[]];
    reply.map(6);
    reply.text('flags');
    replyTexts(call, 'set', flagsOf(user));
    reply.text('passwords');
    replyTexts(call, 'array', [...user.passwords]);
    replySelector(call, own);
    reply.text('selectors');
    reply.array(others.length);
    for (const selector of others) {
      reply.map(3);
      replySelector(call, selector);
    }
  },
};

export const setuser: Command = {
  ...definition,
  name: 'setuser',
  arity: -3,
  summary: 'Makes a user, or changes the rules of one: all of it or, if a rule is wrong, nothing.',
  syntax: 'username [rule [rule ...]]',
  isSecret: (_, index) => index > 1,
  execute(call) {
    const name = call.text(2);
    if (/[\s\0]/.test(name)) throw new ReplyError("ERR Usernames can't contain spaces or null characters");
    const { all } = call.server.users;
    const known = all.get(name);
    const changed = new User(name);
    if (known !== undefined) changed.adopt(known);
    applyRules(call, changed);
    if (known === undefined) all.set(name, changed);
    else {
      known.adopt(changed);
      disconnectListeners(call, known);
    }
    call.reply.ok();
  },
};

export const deluser: Command = {
  ...definition,
  name: 'deluser',
  arity: -3,
  summary: 'Removes users and disconnects who has logged in as one of them.',
  syntax: 'username [username ...]',
  execute(call) {
    const names = Array.from({ length: call.count - 2 }, (_, index) => call.text(index + 2));
    if (names.includes(DEFAULT_USER)) throw new ReplyError("ERR The 'default' user cannot be removed");
    const removed = names.filter((name) => call.server.users.all.delete(name));
    for (const client of call.server.clients.values()) if (removed.includes(client.user.name)) call.server.disconnect(client);
    call.reply.integer(removed.length);
  },
};

export const dryrun: Command = {
  ...definition,
  name: 'dryrun',
  arity: -4,
  since: '7.0.0',
  summary: 'Answers whether a user may run a command.',
  syntax: 'username command [arg [arg ...]]',
  execute(call) {
    const user = call.server.users.all.get(call.text(2));
    if (user === undefined) throw new ReplyError(`ERR User '${call.latin1(2)}' not found`);
    const asked = hypotheticalCall(call, 3, new ReplyError(`ERR Command '${call.latin1(3)}' not found`));
    if (!asked.command.accepts(asked.count)) throw new ReplyError(`ERR wrong number of arguments for '${asked.command.fullName}' command`);
    const denial = denialOf(user, asked);
    if (denial === undefined) call.reply.ok();
    else call.reply.bulk(Buffer.from(explain(denial), 'latin1'));
  },
};

/** Whoever listens to what the user may no longer hear is disconnected: a subscription is looked at only when it begins. */
function disconnectListeners({ server }: Call, user: User): void {
  for (const client of server.clients.values()) if (client.user === user && !mayListen(client)) server.disconnect(client);
}

function mayListen({ user, subscriptions: { channel, pattern, shard } }: Client): boolean {
  const allows = (name: string, isPattern: boolean): boolean =>
    user.selectors.some((selector) => selector.allowsChannel(Buffer.from(name, 'latin1'), isPattern));
  return [...channel, ...shard].every((name) => allows(name, false)) && [...pattern].every((name) => allows(name, true));
}

function explain({ reason, object }: Denial): string {
  return reason === 'command' ? `This user has no permissions to run the '${object}' command` : `This user has no permissions to access the '${object}' ${reason}`;
}

function sorted(call: Call): User[] {
  return [...call.server.users.all.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function flagsOf({ enabled, withoutPassword, sanitizing }: User): string[] {
  return [enabled ? 'on' : 'off', ...(withoutPassword ? ['nopass'] : []), ...(sanitizing === undefined ? [] : [sanitizing])];
}

/** As ACL LIST shows a user: rules that ACL SETUSER would take. */
function describe(user: User): string {
  const [own, ...others] = user.selectors.map(describeSelector);
  const hashes = [...user.passwords].map((hash) => `#${hash}`);
  return ['user', user.name, ...flagsOf(user), ...hashes, own, ...others.map((text) => `(${text})`)].join(' ');
}

function describeSelector({ keys, channels, commands }: Selector): string {
  const shownChannels = channels === '&*' ? channels : `resetchannels ${channels}`.trim();
  return [keys, shownChannels, commands].filter((text) => text !== '').join(' ');
}

function replySelector({ reply }: Call, { commands, keys, channels }: Selector): void {
  for (const [name, text] of [['commands', commands], ['keys', keys], ['channels', channels]] as const) {
    reply.text(name);
    reply.bulk(Buffer.from(text, 'latin1'));
  }
}

function replyTexts({ reply }: Call, kind: 'set' | 'array', texts: readonly string[]): void {
  reply[kind](texts.length);
  for (const text of texts) reply.text(text);
}

/** A selector in parentheses may be several arguments. */
function applyRules(call: Call, user: User): void {
  const commands = call.registry.withSubcommands();
  for (let i = 3; i < call.count; i++) {
    let rule = call.latin1(i);
    if (rule.startsWith('(')) {
      const start = rule;
      while (!rule.endsWith(')') && ++i < call.count) rule += ` ${call.latin1(i)}`;
      if (!rule.endsWith(')')) throw new ReplyError(`ERR Unmatched parenthesis in acl selector starting at '${start}'.`);
    }
    applyRule(user, rule, commands);
  }
}

function applyRule(user: User, rule: string, commands: Parameters<User['apply']>[1]): void {
  try {
    user.apply(rule, commands);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new ReplyError(`ERR Error in ACL SETUSER modifier '${rule}': ${error.message}`);
  }
}

import type { Client } from '../../client/client.js';
import { ClientTracking, type TrackingMode } from '../../client/client-tracking.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';

const NOT_TRACKING = new ReplyError('ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled');
const NOT_OPTIN = new ReplyError('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
const NOT_OPTOUT = new ReplyError('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');

const definition = {
  arity: 2,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '6.0.0',
  complexity: 'O(1)',
  syntax: '',
} as const;

export const tracking: Command = {
  ...definition,
  name: 'tracking',
  arity: -3,
  summary: 'Chooses whether the client is told when keys change that it has read, so that it can cache them.',
  complexity: 'O(N) for N prefixes',
  syntax: '<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]',
  execute(call) {
    const options = readOptions(call);
    if (call.is(2, 'ON')) begin(call, options);
    else if (call.is(2, 'OFF')) call.server.tracking.end(call.client);
    else throw SYNTAX;
    call.reply.ok();
  },
};

export const caching: Command = {
  ...definition,
  name: 'caching',
  arity: 3,
  summary: 'Chooses whether the keys of the next command are tracked.',
  syntax: '<YES | NO>',
  execute(call) {
    const current = call.client.tracking;
    if (current === undefined) throw NOT_TRACKING;
    if (call.is(2, 'YES')) {
      if (current.mode !== 'optin') throw NOT_OPTIN;
    } else if (call.is(2, 'NO')) {
      if (current.mode !== 'optout') throw NOT_OPTOUT;
    } else {
      throw SYNTAX;
    }
    current.isChosen = true;
    call.reply.ok();
  },
};

export const getredir: Command = {
  ...definition,
  name: 'getredir',
  summary: 'Answers which connection is told of changes of tracked keys: 0 for this one, -1 if none are tracked.',
  execute({ client, reply }) {
    reply.integer(client.tracking?.redirect ?? -1);
  },
};

export const trackinginfo: Command = {
  ...definition,
  name: 'trackinginfo',
  since: '6.2.0',
  summary: 'Answers how the keys of this connection are tracked.',
  execute({ client, reply }) {
    const flags = flagsOf(client.tracking);
    const prefixes = [...(client.tracking?.prefixes ?? [])].sort();
    reply.map(3);
    reply.text('flags');
    reply.set(flags.length);
    for (const flag of flags) reply.text(flag);
    reply.text('redirect');
    reply.integer(client.tracking?.redirect ?? -1);
    reply.text('prefixes');
    reply.array(prefixes.length);
    for (const prefix of prefixes) reply.bulk(Buffer.from(prefix, 'latin1'));
  },
};

interface Options {
  redirect: number;
  broadcasts: boolean;
  optin: boolean;
  optout: boolean;
  noLoop: boolean;
  readonly prefixes: string[];
}

function readOptions(call: Call): Options {
  const options: Options = { redirect: 0, broadcasts: false, optin: false, optout: false, noLoop: false, prefixes: [] };
  for (let i = 3; i < call.count; i++) {
    const isMore = i + 1 < call.count;
    if (isMore && call.is(i, 'REDIRECT')) options.redirect = readRedirect(call, ++i, options);
    else if (isMore && call.is(i, 'PREFIX')) options.prefixes.push(call.latin1(++i));
    else if (call.is(i, 'BCAST')) options.broadcasts = true;
    else if (call.is(i, 'OPTIN')) options.optin = true;
    else if (call.is(i, 'OPTOUT')) options.optout = true;
    else if (call.is(i, 'NOLOOP')) options.noLoop = true;
    else throw SYNTAX;
  }
  return options;
}

function readRedirect(call: Call, index: number, { redirect }: Options): number {
  if (redirect !== 0) throw new ReplyError('ERR A client can only redirect to a single other client');
  const id = call.integer(index);
  if (!call.server.clients.has(id)) throw new ReplyError('ERR The client ID you want redirect to does not exist');
  return id;
}

function begin({ client, server }: Call, options: Options): void {
  const current = client.tracking ?? new ClientTracking(client);
  checkModes(client.tracking, options);
  if (options.broadcasts) checkPrefixes(current.prefixes, options.prefixes);
  current.mode = options.optin ? 'optin' : options.optout ? 'optout' : 'all';
  current.broadcasts = options.broadcasts;
  current.noLoop = options.noLoop;
  current.redirect = options.redirect;
  current.isRedirectBroken = false;
  if (options.broadcasts) for (const prefix of options.prefixes.length === 0 ? [''] : options.prefixes) current.prefixes.add(prefix);
  server.tracking.begin(current);
}

/** Error: ReplyError, if the options do not go together, or not with those in force. */
function checkModes(current: ClientTracking<Client> | undefined, { broadcasts, optin, optout, prefixes }: Options): void {
  if (!broadcasts && prefixes.length > 0) throw new ReplyError('ERR PREFIX option requires BCAST mode to be enabled');
  if (current !== undefined && current.broadcasts !== broadcasts) throw fixedMode('BCAST mode on/off');
  if (broadcasts && (optin || optout)) throw new ReplyError('ERR OPTIN and OPTOUT are not compatible with BCAST');
  if (optin && optout) throw new ReplyError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  if (current?.mode === (optin ? 'optout' : optout ? 'optin' : undefined) && current !== undefined) throw fixedMode('OPTIN/OPTOUT mode');
}

function fixedMode(what: string): ReplyError {
  return new ReplyError(
    `ERR You can't switch ${what} before disabling tracking for this client, and then re-enabling it with a different mode.`,
  );
}

/** A key has one of a client's prefixes at most. Error: ReplyError. */
function checkPrefixes(current: ReadonlySet<string>, added: readonly string[]): void {
  for (const [index, prefix] of added.entries()) {
    const existing = [...current].find((other) => overlap(prefix, other));
    if (existing !== undefined) throw overlapError(prefix, `an existing prefix '${existing}'`);
    const other = added.slice(index + 1).find((another) => overlap(prefix, another));
    if (other !== undefined) throw overlapError(prefix, `another provided prefix '${other}'`);
  }
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function overlapError(prefix: string, other: string): ReplyError {
  return new ReplyError(`ERR Prefix '${prefix}' overlaps with ${other}. Prefixes for a single client must not overlap.`);
}

function flagsOf(current: ClientTracking<Client> | undefined): string[] {
  if (current === undefined) return ['off'];
  const modes: Readonly<Record<TrackingMode, readonly string[]>> = { all: [], optin: ['optin', 'caching-yes'], optout: ['optout', 'caching-no'] };
  return [
    'on',
    ...(current.broadcasts ? ['bcast'] : []),
    ...modes[current.mode].slice(0, current.isChosen ? 2 : 1),
    ...(current.noLoop ? ['noloop'] : []),
    ...(current.isRedirectBroken ? ['broken_redirect'] : []),
  ];
}

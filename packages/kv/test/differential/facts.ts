/** What may be compared of replies that also tell of time, memory and addresses. */
import type { Leaf, Reply } from '../support/resp-decoder.js';

/** Of INFO: how often commands were called, and some of what is counted. */
const COUNTED: ReadonlySet<string> = new Set([
  'evicted_keys', 'pubsub_channels', 'pubsub_patterns', 'pubsubshard_channels', 'tracking_clients', 'tracking_total_prefixes',
  'blocked_clients', 'unexpected_error_replies', 'maxmemory_policy', 'role',
]);
/** Redis counts its refusal of modules as no call, and does not know the others; and how many calls a scan takes is up to the server. */
const UNCOUNTED = /^cmdstat_([hsz]?scan$|module\||client\|(setinfo|no-touch)$)/;
/** Of CLIENT LIST. */
const DESCRIBED: ReadonlySet<string> = new Set(['name', 'db', 'sub', 'psub', 'ssub', 'multi', 'cmd', 'user', 'resp', 'flags', 'redir']);

export function infoFacts(reply: Reply): string {
  const lines = 'value' in reply ? reply.value.split('\r\n') : [];
  return lines.flatMap((line) => fact(line) ?? []).sort().join('\n');
}

function fact(line: string): string | undefined {
  const [name = '', value = ''] = line.split(':');
  if (COUNTED.has(name)) return line;
  // What was only refused is left out: scripts are refused things in other places here.
  return name.startsWith('cmdstat_') && !UNCOUNTED.test(name) && !value.startsWith('calls=0,') ? `${name} ${value.split(',', 1)[0]}` : undefined;
}

export function clientFacts(reply: Reply): string {
  const lines = 'value' in reply ? reply.value.split('\n') : [];
  // What Redis 7.0 does not know it has not called.
  const known = (line: string) => line.replace(/cmd=client\|(setinfo|no-touch)/, 'cmd=NULL');
  return lines.map((line) => known(line).split(' ').filter((field) => DESCRIBED.has(field.split('=')[0] as string)).join(' ')).join('\n');
}

/** Of SLOWLOG GET: the commands and the client's name. */
export function slowCommands(reply: Reply): string {
  const entries = 'items' in reply ? reply.items : [];
  return JSON.stringify(entries.map((entry) => ('items' in entry ? [entry.items[3], entry.items[5]] : entry)));
}

/** Of ACL LOG: all but when it was and what the client looked like then. */
export function refusals(reply: Reply): string {
  const entries = 'items' in reply ? reply.items : [];
  return JSON.stringify(entries.map((entry) => ('items' in entry ? entry.items.filter((_, i) => !isPassing(entry.items[i - (i % 2)])) : entry)));
}

function isPassing(name: Reply | undefined): boolean {
  return /^(age-seconds|client-info)$/.test((name as Leaf).value);
}

import type { DenialReason } from '../access/access-log.js';
import type { KeyUse, Selector } from '../access/selector.js';
import type { User } from '../access/user.js';
import { describeClient } from '../client/client-description.js';
import type { Client } from '../client/client.js';
import type { Call } from './call.js';
import { keyUses } from './command-keys.js';
import { ReplyError } from './reply-error.js';

const NO_KEY = new ReplyError('NOPERM this user has no permissions to access one of the keys used as arguments');
const NO_CHANNEL = new ReplyError('NOPERM this user has no permissions to access one of the channels used as arguments');
const CHANGED = 'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. '
  + 'This command is no longer allowed for the following reason:';
const REASONS: Readonly<Record<DenialReason, string>> = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
  auth: 'no permission',
};
/** How far a denial has got: the further, the more worth telling. */
const ORDER: readonly DenialReason[] = ['auth', 'command', 'key', 'channel'];

/** What keeps a user from running a command. */
export interface Denial {
  readonly reason: DenialReason;
  /** The command's name, the key or the channel; each character is a byte. */
  readonly object: string;
}

/** A denial, and which of the call's keys, or of its channels, it is about. */
interface Obstacle {
  readonly denial: Denial;
  readonly at: number;
}

/**
 * Why the user may not make this call; undefined if they may. One of their selectors has to allow all of it; if none does, that one
 * tells which allows most of it.
 */
export function denialOf(user: User, call: Call): Denial | undefined {
  if (call.command.needsNoAuth) return undefined;
  let last: Obstacle | undefined;
  let uses: KeyUse[] | undefined;
  const usesOfCall = (): KeyUse[] => (uses ??= keyUses(call));
  for (const selector of user.selectors) {
    const next = obstacle(selector, call, usesOfCall);
    if (next === undefined) return undefined;
    if (last === undefined || isFurther(next, last)) last = next;
  }
  return last?.denial;
}

function obstacle(selector: Selector, call: Call, usesOfCall: () => KeyUse[]): Obstacle | undefined {
  if (!selector.allowsCommand(call.command)) return { denial: { reason: 'command', object: call.command.fullName }, at: 0 };
  const uses = usesOfCall();
  const key = uses.findIndex((use) => !selector.allowsKey(use));
  if (key >= 0) return { denial: { reason: 'key', object: (uses[key] as KeyUse).key.toString('latin1') }, at: key };
  const channel = channelsOf(call).find((index) => !selector.allowsChannel(call.copy(index), call.command.fullName === 'psubscribe'));
  return channel === undefined ? undefined : { denial: { reason: 'channel', object: call.latin1(channel) }, at: channel };
}

function isFurther(next: Obstacle, last: Obstacle): boolean {
  const steps = ORDER.indexOf(next.denial.reason) - ORDER.indexOf(last.denial.reason);
  return steps > 0 || (steps === 0 && next.at > last.at);
}

/** The indexes of arguments that name channels to speak to or to listen to. */
function channelsOf({ command: { fullName }, count }: Call): number[] {
  if (fullName === 'publish' || fullName === 'spublish') return count > 1 ? [1] : [];
  return /^[ps]?subscribe$/.test(fullName) ? Array.from({ length: count - 1 }, (_, index) => index + 1) : [];
}

/** Error: NOPERM, which ACL LOG tells of, too. */
export function checkPermission(call: Call): void {
  const denial = denialOf(call.client.user, call);
  if (denial === undefined) return;
  logDenial(call, call.client, denial, call.client.transaction === undefined ? 'toplevel' : 'multi');
  if (denial.reason === 'key') throw NO_KEY;
  throw denial.reason === 'channel' ? NO_CHANNEL : new ReplyError(`NOPERM this user has no permissions to run the '${denial.object}' command`);
}

/** The same for a command that was queued: its user may have lost the permission since. */
export function checkPermissionAgain(call: Call): void {
  const denial = denialOf(call.client.user, call);
  if (denial === undefined) return;
  logDenial(call, call.client, denial, 'multi');
  throw new ReplyError(`${CHANGED} ${REASONS[denial.reason]}`);
}

/** Notes a refusal in ACL LOG. */
export function logDenial({ server }: Call, client: Client, denial: Denial, context: 'toplevel' | 'multi' | 'lua', username = client.user.name): void {
  const { nowMs } = server.keyspace;
  const clientInfo = describeClient(client, { nowMs, isMonitor: false }).trimEnd();
  server.accessLog.add({ ...denial, count: 1, context, username, atMs: nowMs, clientInfo }, server.settings.acllogMaxLen);
}

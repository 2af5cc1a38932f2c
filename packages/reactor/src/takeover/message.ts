import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';
import type { PassedSocket, Use } from '../net/socket-set.js';

/** Grows when a message changes its meaning. What `ask` and `refuse` look like never changes, so that any two versions can tell each other. */
export const PROTOCOL = 1;

/** How much is shown of what is no message. */
const SHOWN_CHARACTERS = 60;

const USES: readonly Use[] = ['connections', 'datagrams', 'admin'];

/** A socket that comes along, as the descriptor of the same place. */
export type Described = Omit<PassedSocket, 'fd'>;

/**
 * What the new process and the old one say to each other, in this order:
 *
 *     new    ask         what is there?
 *     old    leave       the descriptors of all sockets, and behind them the one that this was asked through
 *     new    healthy     everything is open; nothing is accepted yet
 *     old    yours       nothing is accepted any more
 *     new    serving     everything is accepted; drain
 *
 * Instead of any of these either may say that it ends here, and why; who says nothing more has ended.
 */
export type Message =
  | { readonly step: 'ask'; readonly protocol: number }
  | { readonly step: 'leave'; readonly sockets: readonly Described[] }
  | { readonly step: 'healthy' | 'yours' | 'serving' }
  | { readonly step: 'refuse'; readonly reason: string };

export type Step = Message['step'];

export function encodeMessage(message: Message): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Error: EL_TAKEOVER_FAILED for what is none: anybody may have connected, and anybody listen. */
export function decodeMessage(bytes: Buffer): Message {
  const text = bytes.toString();
  const value = parsed(text);
  if (isMessage(value)) return value;
  throw new EdgeloopError('EL_TAKEOVER_FAILED', `what came is no message of a takeover: ${inspect(text.slice(0, SHOWN_CHARACTERS))}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !('step' in value)) return false;
  const { step, protocol, sockets, reason } = value as Partial<Record<string, unknown>>;
  if (step === 'ask') return typeof protocol === 'number';
  if (step === 'leave') return Array.isArray(sockets) && sockets.every(isDescribed);
  if (step === 'refuse') return typeof reason === 'string';
  return step === 'healthy' || step === 'yours' || step === 'serving';
}

function isDescribed(value: unknown): value is Described {
  if (typeof value !== 'object' || value === null) return false;
  const { use, asked, address } = value as Partial<Record<string, unknown>>;
  return USES.includes(use as Use) && typeof asked === 'string' && typeof address === 'string';
}

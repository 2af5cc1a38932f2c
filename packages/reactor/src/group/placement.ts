import type { SocketAddress } from '../net/address.js';
import type { Placement } from './group-options.js';

/** Who may be given a connection. */
export interface Candidate {
  readonly index: number;
  /** Connections that it has, those on their way to it included. */
  readonly load: number;
}

/** Chooses who is given the next connection. There is at least one candidate. */
export type Choice = <One extends Candidate>(candidates: readonly One[], peer: SocketAddress) => One;

export function choiceOf(placement: Placement): Choice {
  return { 'round-robin': inTurn(), 'least-connections': leastLoaded, 'source-hash': bySource }[placement];
}

/** Who comes next after the one that was chosen last, also if that one is away now. */
function inTurn(): Choice {
  let last = -1;
  return (candidates) => {
    const next = candidates.find(({ index }) => index > last) ?? candidates[0];
    last = (next as Candidate).index;
    return next as (typeof candidates)[number];
  };
}

const leastLoaded: Choice = (candidates) => candidates.reduce((least, one) => (one.load < least.load ? one : least));

/**
 * The one whose hash with the address is the highest (rendezvous hashing, Thaler and Ravishankar, 1998): when somebody is away, only his
 * addresses go to others, and they come back to him.
 */
const bySource: Choice = (candidates, { address }) => {
  const weights = candidates.map(({ index }) => hash(`${index} ${address}`));
  return candidates[weights.indexOf(Math.max(...weights))] as (typeof candidates)[number];
};

/** FNV-1a of 32 bits (draft-eastlake-fnv), with the bits of the last characters spread over all by a final mix (MurmurHash3). */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}

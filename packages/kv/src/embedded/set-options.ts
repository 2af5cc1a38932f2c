import type { Argument } from './embedded-client.js';

/** Options of SET. Of the deadlines at most one may be given. */
export interface SetOptions {
  /** Only if the key does not exist, or only if it does: NX and XX. */
  readonly ifMissing?: boolean;
  readonly ifPresent?: boolean;
  /** After so many seconds or milliseconds it is gone: EX and PX. */
  readonly ttlSeconds?: number;
  readonly ttlMs?: number;
  /** At this time it is gone: PXAT. */
  readonly expiresAt?: Date;
  /** The deadline that the key has stays: KEEPTTL. */
  readonly keepTtl?: boolean;
}

/** As they are written in a request. What contradicts itself is SET's to refuse. */
export function setArguments({ ifMissing, ifPresent, ttlSeconds, ttlMs, expiresAt, keepTtl }: SetOptions): Argument[] {
  return [
    ...(ifMissing === true ? ['NX'] : []),
    ...(ifPresent === true ? ['XX'] : []),
    ...(ttlSeconds === undefined ? [] : ['EX', ttlSeconds]),
    ...(ttlMs === undefined ? [] : ['PX', ttlMs]),
    ...(expiresAt === undefined ? [] : ['PXAT', expiresAt.getTime()]),
    ...(keepTtl === true ? ['KEEPTTL'] : []),
  ];
}

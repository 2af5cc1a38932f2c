/** Scripts that run the command that their arguments are, so that all replies go the way to Lua and back. */
import type { Step } from './sequence.js';

const PLAIN = ['return redis.call(unpack(ARGV))', 'return redis.pcall(unpack(ARGV))'];
/** Lua's tables, into which the maps of RESP3 go, keep no order; and a reply inside another one is compared as its words. */
const MAPPING = [
  'local reply = redis.call(unpack(ARGV)); return {reply, type(reply)}',
  'redis.setresp(3); return redis.call(unpack(ARGV))', 'redis.setresp(3); return redis.pcall(unpack(ARGV))',
  'return cmsgpack.unpack(cmsgpack.pack(redis.pcall(unpack(ARGV))))', 'redis.setresp(3); return {map = {reply = redis.call(unpack(ARGV))}}',
];
export const CALLERS: readonly string[] = [...PLAIN, ...MAPPING];

export interface Called {
  readonly step: Step;
  readonly isOrdered: boolean;
}

/** The command that a step runs in one of these scripts; undefined for any other step. */
export function calledBy({ connection, args }: Step): Called | undefined {
  const [name = '', script = '', count, ...called] = args;
  if (!/^EVAL(_RO)?$/i.test(name) || count !== '0' || called.length === 0 || !CALLERS.includes(script)) return undefined;
  return { step: { connection, args: called }, isOrdered: PLAIN.includes(script) };
}

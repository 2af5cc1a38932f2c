import type { Integer64 } from '../../bytes/integer.js';
import type { Call } from '../../command/call.js';
import type { EffectWord } from '../../command/effect.js';
import { logKey } from '../../command/key-effect.js';
import type { StreamGroup } from '../../values/stream-group.js';
import type { StreamId } from '../../values/stream-id.js';

/** What is logged of a group that hands out entries: who has which of them since when, instead of who has asked at what time. */

/** Where a group stands, of the stream at argument `key`, and the group at argument `group`. */
export function logPlace(call: Call, key: number, group: number, { lastId, entriesRead }: StreamGroup): void {
  if (!call.isLogged) return;
  // A count of 64 bits that has overflowed is none that XGROUP takes.
  if (entriesRead !== undefined && entriesRead < 0) return logKey(call, key);
  const count: readonly EffectWord[] = entriesRead === undefined ? [] : ['ENTRIESREAD', entriesRead];
  call.effect('XGROUP', 'SETID', call.argument(key), call.argument(group), lastId.toString(), ...count);
}

/** A consumer who is new, though there is nothing for it. */
export function logConsumer(call: Call, key: number, group: number): void {
  call.effect('XGROUP', 'CREATECONSUMER', call.argument(key), call.argument(group), call.argument(group + 1));
}

/** Entries that the consumer behind the group's name has got, at that time; `options` are those of XCLAIM. */
export function logClaim(call: Call, key: number, group: number, ids: readonly StreamId[], timeMs: Integer64, ...options: readonly EffectWord[]): void {
  if (!call.isLogged || ids.length === 0) return;
  const names = [call.argument(key), call.argument(group), call.argument(group + 1)];
  call.effect('XCLAIM', ...names, 0, ...ids.map(String), 'TIME', timeMs, ...options);
}

/** Entries that are pending no longer. */
export function logForgotten(call: Call, key: number, group: number, ids: readonly StreamId[]): void {
  if (call.isLogged && ids.length > 0) call.effect('XACK', call.argument(key), call.argument(group), ...ids.map(String));
}

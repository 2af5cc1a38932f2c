import type { Call } from './call.js';
import { SYNTAX } from './reply-error.js';

/** The indexes of keys whose number is argument `at`, whatever is wrong behind them. Error: there are not as many, or not as many as have to be. */
export function countedKeys(call: Call, at: number, least = 1): number[] {
  const count = call.integer(at);
  if (count < least || count > call.count - at - 1) throw SYNTAX;
  return Array.from({ length: count }, (_, index) => at + 1 + index);
}

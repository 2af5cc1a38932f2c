import type { Call } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { Aggregate, WeightedSource } from './combination.js';
import { readSource } from './scored-source.js';

const NOT_A_WEIGHT = new ReplyError('ERR weight value is not a float');
const NEGATIVE_LIMIT = new ReplyError("ERR LIMIT can't be negative");

/** The options that a command takes. */
export interface CombinationOptions {
  /** WEIGHTS and AGGREGATE. */
  readonly weighs?: boolean;
  readonly withScores?: boolean;
  readonly limits?: boolean;
}

/** Which sets are to be combined, and how. */
export interface CombinationRequest {
  readonly sources: readonly WeightedSource[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
  readonly limit: number;
}

/** The indexes of the arguments that are keys, of which argument `index` is the number. Error: ReplyError */
function sourceKeys(call: Call, index: number): number[] {
  const count = call.integer(index);
  if (count < 1) throw new ReplyError(`ERR at least 1 input key is needed for '${call.command.fullName}' command`);
  if (count > call.count - index - 1) throw SYNTAX;
  return Array.from({ length: count }, (_, i) => index + 1 + i);
}

/** Reads `numkeys key [key ...]` from argument `first` on, and the options behind it. */
export function readCombination(call: Call, first: number, allowed: CombinationOptions): CombinationRequest {
  const keys = sourceKeys(call, first);
  const sources = keys.map((index) => readSource(call, index));
  let weights: number[] = [];
  let aggregate: Aggregate = 'sum';
  let withScores = false;
  let limit = 0;
  for (let i = first + 1 + keys.length; i < call.count; i++) {
    const left = call.count - i;
    if (allowed.weighs === true && left > keys.length && call.is(i, 'WEIGHTS')) {
      weights = keys.map((_, k) => call.double(i + 1 + k, NOT_A_WEIGHT));
      i += keys.length;
    } else if (allowed.weighs === true && left > 1 && call.is(i, 'AGGREGATE')) aggregate = readAggregate(call, ++i);
    else if (allowed.withScores === true && call.is(i, 'WITHSCORES')) withScores = true;
    else if (allowed.limits === true && left > 1 && call.is(i, 'LIMIT')) limit = readLimit(call, ++i);
    else throw SYNTAX;
  }
  return {
    sources: sources.map((source, k) => ({ source, weight: weights[k] ?? 1 })),
    aggregate,
    withScores,
    limit: limit === 0 ? Number.POSITIVE_INFINITY : limit,
  };
}

function readAggregate(call: Call, index: number): Aggregate {
  if (call.is(index, 'SUM')) return 'sum';
  if (call.is(index, 'MIN')) return 'min';
  if (call.is(index, 'MAX')) return 'max';
  throw SYNTAX;
}

/** 0 stands for none. */
function readLimit(call: Call, index: number): number {
  const limit = call.integer(index, NEGATIVE_LIMIT);
  if (limit < 0) throw NEGATIVE_LIMIT;
  return limit;
}

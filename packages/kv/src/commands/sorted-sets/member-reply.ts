import type { Call } from '../../command/call.js';
import { scoreOf, type ScoreVisitor } from '../../values/sorted-set-value.js';

/** Begins an array of members, with their scores if asked for: in RESP3 each member is a pair with its score then, in RESP2 the array is flat. */
export function beginMembers({ reply }: Call, count: number, withScores: boolean): void {
  reply.array(withScores && reply.version === 2 ? count * 2 : count);
}

/** Writes the members that it is shown, after `beginMembers`. */
export function memberWriter(call: Call, withScores: boolean): ScoreVisitor {
  const { reply } = call;
  if (!withScores) return (buffer, start, end) => reply.bulk(buffer, start, end);
  return reply.version === 3 ? pairWriter(call) : flatWriter(call);
}

/** Writes each member and its score in an array of their own. */
export function pairWriter({ reply }: Call): ScoreVisitor {
  return (buffer, start, end, scoreStart) => {
    reply.array(2);
    reply.bulk(buffer, start, end);
    reply.double(scoreOf(buffer, scoreStart));
  };
}

/** Writes members and scores in turn. */
export function flatWriter({ reply }: Call): ScoreVisitor {
  return (buffer, start, end, scoreStart) => {
    reply.bulk(buffer, start, end);
    reply.double(scoreOf(buffer, scoreStart));
  };
}

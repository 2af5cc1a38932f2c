/** Suggestions for names that do not exist. */
import { alternatives } from './allowed.js';

/** One wrong letter in so many is a slip; more is another word. */
const LETTERS_PER_SLIP = 3;
const MOST_SLIPS = 3;
const MOST_SUGGESTIONS = 3;

/** `; did you mean a or b?`, or nothing where no candidate is near. `write` says how a candidate is shown. */
export function didYouMean(word: string, candidates: readonly string[], write: (candidate: string) => string): string {
  const near = suggestions(word, candidates).slice(0, MOST_SUGGESTIONS);
  return near.length === 0 ? '' : `; did you mean ${alternatives(near.map((candidate) => write(candidate)))}?`;
}

/** The candidates that the fewest slips lead to, or else those of which the word is the last part. */
export function suggestions(word: string, candidates: readonly string[]): string[] {
  const lower = word.toLowerCase();
  const slips = candidates.map((candidate) => distance(lower, candidate.toLowerCase()));
  const fewest = Math.min(...slips);
  if (fewest <= Math.min(MOST_SLIPS, Math.floor(word.length / LETTERS_PER_SLIP))) return candidates.filter((_, i) => slips[i] === fewest);
  return candidates.filter((candidate) => candidate.toLowerCase().endsWith(lower) && /[-_.]/.test(candidate.at(-word.length - 1) ?? ''));
}

/** Letters left out, added, changed, or swapped with their neighbour: the optimal string alignment distance. */
export function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const steps = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1)];
      row.push(Math.min(...steps, swapped ? at(beforeLast, j - 2) + 1 : Infinity));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}

/** Which settings go with which. */

/**
 * Whether a setting is there that another one goes with, or not: `listen.path`, or with one value of it, `workers.accept=handoff`. `at` has
 * the value of a key. 0 is how a number of things says that there are none.
 */
export function isThere(condition: string, at: (key: string) => unknown): boolean {
  const [key = '', wanted] = condition.split('=');
  const value = at(key);
  return wanted === undefined ? value !== undefined && value !== 0 : value === wanted;
}

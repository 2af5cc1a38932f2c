import { Random } from '@edgeloop/reactor/testing';

/** The numbers of somebody who is known by these numbers, below this seed: the same whatever others draw meanwhile. */
export function randomOf(seed: number, ...path: readonly number[]): Random {
  let random = new Random(seed);
  // A seed has 53 bits: the upper ones come from above, the lower ones tell neighbours apart.
  for (const step of path) random = new Random(random.below(2 ** 21) * 2 ** 32 + step);
  return random;
}

/** One of the names, each as often as its weight says; weights are whole numbers. */
export function weighed<Name extends string>(random: Random, weights: Readonly<Record<Name, number>>): Name {
  const names = Object.keys(weights) as Name[];
  let rest = random.below(names.reduce((sum, name) => sum + weights[name], 0));
  return names.find((name) => (rest -= weights[name]) < 0) as Name;
}

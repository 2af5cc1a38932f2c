import { SimKernel, World } from '../../../src/testing/index.js';
import type { Place } from './place.js';

/** A simulated world of its own, in which all goes well: what may go wrong is not what the two kernels are compared by. */
export function simulatedPlace(seed = 1): Place {
  const world = new World(seed);
  const kernel = new SimKernel(world);
  const settle = () => {
    while (world.underWay) world.timeline.next();
  };
  return { name: 'simulated', kernel, settle, raise: (signal) => kernel.raise(signal) };
}

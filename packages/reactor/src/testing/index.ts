/** `@edgeloop/reactor/testing`: a simulated kernel and world, to test plugins, and the reactor itself, against. */
export { SimKernel } from './sim/sim-kernel.js';
export { World } from './sim/world.js';
export { type Conditions, FAIR, ROUGH } from './sim/conditions.js';
export { Random } from './random.js';

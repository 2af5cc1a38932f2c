/** `@edgeloop/reactor/testing`: a simulated kernel and world, to test plugins, and the reactor itself, against. */
export { Simulation, type SimAddress, type SimulationOptions } from './simulation.js';
export { type PeerEvents, SimPeer } from './sim-peer.js';
export { SimListener } from './sim-listener.js';
export { AuditError } from './audit.js';
export { type Call, type Interceptor, KERNEL_CALLS, intercept } from './intercept.js';
export { CALL_ERRORS, type Errno, failure } from './call-errors.js';
export { type Conditions, FAIR, ROUGH } from './sim/conditions.js';
export { SimKernel } from './sim/sim-kernel.js';
export { World } from './sim/world.js';
export { Random } from './random.js';

import type { SimulationOptions } from '../../../src/testing/index.js';
import type { Stage } from './stage.js';

/** Something that a reactor does, in which any call may fail. */
export interface Scenario {
  readonly name: string;
  readonly options?: SimulationOptions;
  /** Whether each call fails with every error that it may have, also those that have so many. */
  readonly thorough?: boolean;
  /** Opens what it needs, and ends with the reactor closed. */
  act(stage: Stage): Promise<void>;
}

import type { Stage } from './stage.js';

/** Work for a reactor, with a model that says what must come of it. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  /** Plays it to the end, the reactor's included. Rejects with a Finding where the reactor differs from the model. */
  play(stage: Stage): Promise<void>;
}

import type { Latency } from './bystanders.js';
import type { Placement } from './placement.js';
import type { TrialServer } from './server.js';

/** How a kind of server is spoken to. All else in a field is the same for every kind. */
export interface Protocol {
  /** The program of the server, which takes the flags of edgeloop-echo. */
  readonly program: string;
  /** Has it do once what it does once only: load code, make pools. */
  warmUp(server: TrialServer): Promise<void>;
  /** Whether a newcomer is served. */
  serves(server: TrialServer): Promise<boolean>;
  /** Lets bystanders in for so long. It fails if the server answers wrongly, late by seconds, or not at all. */
  watch(server: TrialServer, placement: Placement, seconds: number): Promise<Latency>;
}

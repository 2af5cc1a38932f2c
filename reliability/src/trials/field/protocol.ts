import type { Latency } from './bystanders.js';
import type { Placement } from './placement.js';
import type { Served } from './served.js';

/** How a kind of server is spoken to. All else in a field is the same for every kind. */
export interface Protocol {
  /** The program of the server, which takes the flags of edgeloop-echo. */
  readonly program: string;
  /** Has it do once what it does once only: load code, make pools. */
  warmUp(server: Served): Promise<void>;
  /** Whether a newcomer is served. */
  serves(server: Served): Promise<boolean>;
  /** Lets bystanders in for so long. It fails if the server answers wrongly, late by seconds, or not at all. */
  watch(server: Served, placement: Placement, seconds: number): Promise<Latency>;
}

/** A server that runs: what its clients need to know of it. */
export interface Served {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
}

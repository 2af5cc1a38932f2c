import type { Asker } from './asker.js';

/** What an attack is asked for besides where the server is. */
export interface Setting {
  readonly password?: string;
  /** How many of what the attack is made of: clients, or keys. */
  readonly count: number;
  /** Which form of the attack, where there are some. */
  readonly form?: string;
}

/** Where a store is attacked, and until when. */
export interface Target extends Setting {
  readonly over: AbortSignal;
  /** A client, which has logged in where there is a password. */
  readonly dial: () => Promise<Asker>;
  /** One that has not. */
  readonly dialUnknown: () => Promise<Asker>;
  /** To be called when the attack is to be watched; again does nothing. */
  readonly underWay: () => void;
}

/** What an attacker has seen: numbers that the trial knows the names of. */
export type Report = Readonly<Record<string, number>>;

export type Attack = (target: Target) => Promise<Report>;

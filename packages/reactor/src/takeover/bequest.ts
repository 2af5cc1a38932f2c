import type { Estate } from '../net/estate.js';
import type { Link } from './link.js';

/** How long the other process may take for each of its steps: the one that takes longest is to start. */
export interface Patience {
  readonly timeoutMs: number;
}

/**
 * The side of the process that leaves, once it was asked. Resolves when the one at the other end serves everything and this one has nothing any more; if it
 * rejects, this one serves as before. `control` is the descriptor of the socket that the other one has asked through.
 */
export async function bequeath(link: Link, control: number, estate: Estate, { timeoutMs }: Patience): Promise<void> {
  const heirlooms = estate.heirlooms();
  const sockets = heirlooms.map(({ use, asked, address }) => ({ use, asked, address }));
  link.send({ step: 'leave', sockets }, [...heirlooms.map(({ fd }) => fd), control]);
  await link.expect('healthy', timeoutMs);
  estate.hold();
  try {
    link.send({ step: 'yours' });
    await link.expect('serving', timeoutMs);
  } catch (error) {
    estate.resume();
    throw error;
  }
  estate.release();
}

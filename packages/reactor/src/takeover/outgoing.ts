import type { SocketSet } from '../net/socket-set.js';
import type { Link } from './link.js';

/** How long the other process may take for each of its steps: the one that takes longest is to start. */
export interface StepTimeout {
  readonly timeoutMs: number;
}

/**
 * The side of the process that leaves, once it was asked. Resolves when the one at the other end serves everything and this one has nothing any more; if it
 * rejects, this one serves as before. `control` is the descriptor of the socket that the other one has asked through.
 */
export async function handOver(link: Link, control: number, sockets: SocketSet, { timeoutMs }: StepTimeout): Promise<void> {
  const passed = sockets.list();
  const described = passed.map(({ use, asked, address }) => ({ use, asked, address }));
  link.send({ step: 'leave', sockets: described }, [...passed.map(({ fd }) => fd), control]);
  await link.expect('healthy', timeoutMs);
  try {
    sockets.hold();
    link.send({ step: 'yours' });
    await link.expect('serving', timeoutMs);
  } catch (error) {
    sockets.resume();
    throw error;
  }
  sockets.release();
}

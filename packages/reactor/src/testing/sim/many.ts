import type { Kernel } from '../../kernel/kernel.js';

const TRIPLE = 3;

/** el_recv_many, of the kernel's own recv: for each triple `[fd, offset, length]`, until `enough` bytes have come. */
export function receiveMany(kernel: Pick<Kernel, 'recv'>, base: Uint8Array, triples: Int32Array, count: number, enough: number): number {
  let done = 0;
  for (let bytes = 0; done < count && bytes < enough; done++) {
    const at = done * TRIPLE;
    const answer = kernel.recv(triples[at] as number, base, triples[at + 1] as number, triples[at + 2] as number);
    triples[at] = answer;
    if (answer > 0) bytes += answer;
  }
  return done;
}

/** el_send_many, of the kernel's own send. */
export function sendMany(kernel: Pick<Kernel, 'send'>, base: Uint8Array, triples: Int32Array, count: number): number {
  for (let i = 0; i < count; i++) {
    triples[i * TRIPLE] = kernel.send(triples[i * TRIPLE] as number, base, triples[i * TRIPLE + 1] as number, triples[i * TRIPLE + 2] as number);
  }
  return count;
}

/** A thread that reads descriptors from a ring as a loop does: it sleeps until the bell rings, lowers the flag, and takes all that is there. */
import { parentPort, workerData } from 'node:worker_threads';
import { DescriptorRing } from '../../src/structures/descriptor-ring.js';

const { memory, capacity, doorbell, count } = workerData as { memory: SharedArrayBuffer; capacity: number; doorbell: Int32Array; count: number };
const ring = new DescriptorRing(capacity, memory);

parentPort?.postMessage(read());

function read(): string {
  let next = 0;
  while (next < count) {
    if (Atomics.wait(doorbell, 0, 0, 20_000) === 'timed-out') return `asleep at ${next} while ${ring.size} wait`;
    Atomics.store(doorbell, 0, 0);
    ring.lower();
    for (; ring.first >= 0; ring.shift()) if (ring.first !== next++) return `${ring.first} in the place of ${next - 1}`;
  }
  return 'in order';
}

/** A process that plays the runs that it is sent, one after the other, and sends back what they have come to. */
import { workloadOf } from './catalogue.js';
import type { Job } from './crew.js';
import { catchStrays, run } from './run.js';

catchStrays();
process.on('message', ({ workload, seed }: Job) => {
  void run(workloadOf(workload), seed).then((outcome) => process.send?.(outcome));
});
// Who has sent it here is gone.
process.on('disconnect', () => process.exit());

/** Sets of CPUs as sched_setaffinity(2) has them: bit n % 8 of byte n / 8 stands for CPU n. */
import { check } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';

/** Room for 8192 CPUs, which is the most that Linux can be built for (CONFIG_NR_CPUS). */
const MASK_BYTES = 1024;

/** Error: a SystemError, EINVAL where none of them is there to be used. */
export function bindToCpus(kernel: Kernel, cpus: readonly number[]): void {
  const mask = new Uint8Array(MASK_BYTES);
  for (const cpu of cpus) if (cpu < MASK_BYTES * 8) mask[cpu >> 3] = (mask[cpu >> 3] as number) | (1 << (cpu & 7));
  check(kernel.setAffinity(mask, MASK_BYTES), 'sched_setaffinity', `CPU ${cpus.join(', ')}`);
}

/** The CPUs that this thread may use. */
export function usableCpus(kernel: Kernel): number[] {
  const mask = new Uint8Array(MASK_BYTES);
  const bytes = check(kernel.getAffinity(mask, MASK_BYTES), 'sched_getaffinity');
  return Array.from({ length: bytes * 8 }, (_, cpu) => cpu).filter((cpu) => ((mask[cpu >> 3] as number) & (1 << (cpu & 7))) !== 0);
}

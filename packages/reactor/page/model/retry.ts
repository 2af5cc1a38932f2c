export const POLL_MS = 1000;
const MAX_RETRY_MS = 10_000;

/** How long to wait before the next poll: a second as a rule, and twice as long after each failure, up to ten seconds. */
export function pollDelayMs(failures: number): number {
  return Math.min(POLL_MS * 2 ** Math.max(0, failures - 1), MAX_RETRY_MS);
}

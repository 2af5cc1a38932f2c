/**
 * Has an error reach 'uncaughtException', with its own stack, when the turn is over. For what users hand to the loop
 * itself (timers, tasks, signals): their errors are the program's, as with Node's own timers, but the turn must not end
 * in the middle for them.
 */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

// A process that is stopped takes no other signal.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** However this process ends, the child ends with it: also if a signal comes for this one alone. */
export function bound<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

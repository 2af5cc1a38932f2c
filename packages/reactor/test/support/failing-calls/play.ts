import { type Fault, FaultInjector } from './fault.js';
import type { Scenario } from './scenario.js';
import { Stage } from './stage.js';

/** Errors that nobody has caught. */
const escaped: unknown[] = [];
const catchEscaped = (error: unknown): void => void escaped.push(error);

/** Catches during the work what would end the process otherwise; `play` tells of it. */
export async function guarded(work: () => Promise<void>): Promise<void> {
  process.prependListener('uncaughtException', catchEscaped);
  process.prependListener('unhandledRejection', catchEscaped);
  try {
    await work();
  } finally {
    process.off('uncaughtException', catchEscaped);
    process.off('unhandledRejection', catchEscaped);
  }
}

/** Plays a scenario, with calls that fail or without. Returns what was called how often. Throws what was wrong. */
export async function play(scenario: Scenario, fault?: Fault): Promise<FaultInjector> {
  const injector = new FaultInjector(fault);
  await scenario.act(Stage.open(injector, scenario.options ?? {}));
  await new Promise((resolve) => setImmediate(resolve));
  if (escaped.length > 0) throw new Error('an error was thrown that nobody has caught', { cause: escaped.splice(0) });
  if (fault !== undefined && injector.failed === 0) throw new Error('the call that was to fail was not made');
  return injector;
}

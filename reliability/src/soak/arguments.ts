import { ArgumentError, parse, whole } from '../command.js';
import { LEAK_KINDS, type LeakKind } from './server/leaks.js';

export interface SoakOptions {
  readonly minutes: number;
  /** As many at most. */
  readonly cycles: number;
  readonly cycleSeconds: number;
  readonly clients: number;
  readonly seed: number;
  readonly loop: 'embedded' | 'dedicated';
  readonly leaks: readonly LeakKind[];
}

export const HELP = `Loads one reactor with everything at once, for a long time, and fails if anything grows.

  npm run soak -- [OPTIONS]
    --minutes M          how long (5); at least three cycles are run
    --cycles N           end after N cycles, if that is sooner
    --cycle-seconds S    how long a cycle is, after which all clients leave and the server is measured (10)
    --clients N          how many visits are made at a time (24)
    --seed N             what the clients do, and when (the time); the kernel's part in it no seed repeats
    --loop NAME          embedded or dedicated (embedded)
    --leak KINDS         lose something in each cycle, to see the soak fail: ${LEAK_KINDS.join(', ')};
                         several with commas
    -h, --help           print this

Exits with 0 if nothing has grown and all clients got what they should, with 1 if not, with 2 if the arguments are wrong.
`;

/** Undefined where help was asked for. Error: ArgumentError. */
export function readArguments(args: readonly string[]): SoakOptions | undefined {
  const values = read(args);
  if (values.help) return undefined;
  const loop = values.loop;
  if (loop !== 'embedded' && loop !== 'dedicated') throw new ArgumentError(`--loop must be embedded or dedicated, not "${loop}"`);
  return {
    minutes: number('minutes', values.minutes, 0.01, 7 * 24 * 60),
    cycles: whole('cycles', values.cycles, 1, 1_000_000),
    cycleSeconds: number('cycle-seconds', values['cycle-seconds'], 0.1, 3600),
    clients: whole('clients', values.clients, 1, 200),
    seed: whole('seed', values.seed, 1, 2 ** 32 - 1),
    loop,
    leaks: leaksOf(values.leak),
  };
}

function read(args: readonly string[]) {
  return parse({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '5' },
      cycles: { type: 'string', default: '1000000' },
      'cycle-seconds': { type: 'string', default: '10' },
      clients: { type: 'string', default: '24' },
      seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` },
      loop: { type: 'string', default: 'embedded' },
      leak: { type: 'string', default: '' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

function number(name: string, text: string, lowest: number, highest: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= lowest && value <= highest) return value;
  throw new ArgumentError(`--${name} must be a number from ${lowest} to ${highest}, not "${text}"`);
}

function leaksOf(text: string): LeakKind[] {
  if (text === '') return [];
  return text.split(',').map((name) => {
    const kind = LEAK_KINDS.find((known) => known === name);
    if (kind === undefined) throw new ArgumentError(`--leak: there is no "${name}", only ${LEAK_KINDS.join(', ')}`);
    return kind;
  });
}

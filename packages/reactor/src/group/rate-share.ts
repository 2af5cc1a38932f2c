/** A limit that cannot be counted together without asking the others at each connection. */
interface Rate {
  maxAcceptsPerSecond?: number | undefined;
}

/**
 * The same options, or changes of them, with one worker's part of `maxAcceptsPerSecond`. The parts add up to the whole; only if there are more
 * workers than connections in a second, each may have one.
 */
export function withRateShare<Options extends Rate>(options: Options, worker: number, workers: number): Options {
  const { maxAcceptsPerSecond: whole = 0 } = options;
  if (whole === 0) return options;
  const share = Math.floor(whole / workers) + (worker < whole % workers ? 1 : 0);
  return { ...options, maxAcceptsPerSecond: Math.max(1, share) };
}

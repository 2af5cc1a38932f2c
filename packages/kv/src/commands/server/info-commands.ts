import type { Call } from '../../command/call.js';
import type { Field } from './info-field.js';

const PERCENTILES = [50, 99, 99.9] as const;

/** Of each command that was called or refused. The time of fast ones is that of their turn, shared: see Stopwatch. */
export function commandStats({ registry }: Call): Field[] {
  const used = registry.withSubcommands().filter(({ stats }) => stats.calls > 0 || stats.rejected > 0 || stats.failed > 0);
  return used.map(({ fullName, stats }) => {
    const { calls, microseconds, rejected, failed } = stats;
    const each = calls === 0 ? 0 : microseconds / calls;
    return [`cmdstat_${fullName}`, `calls=${calls},usec=${Math.round(microseconds)},usec_per_call=${each.toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`];
  });
}

export function errorStats({ server: { stats } }: Call): Field[] {
  return [...stats.errorsByCode].sort(([one], [other]) => (one < other ? -1 : 1)).map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

/** In µs, to the next power of two: the histogram has no finer buckets. */
export function latencyStats({ registry }: Call): Field[] {
  return registry.withSubcommands().flatMap(({ fullName, stats: { histogram } }) => {
    if (histogram === undefined) return [];
    const values = PERCENTILES.map((percentile) => `p${percentile}=${(2 ** bucketAt(histogram, percentile / 100)).toFixed(3)}`);
    return [[`latency_percentiles_usec_${fullName}`, values.join(',')] as const];
  });
}

/** The bucket up to which so large a share of the calls lies. */
function bucketAt(histogram: Uint32Array, share: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  return histogram.findIndex((count) => (sum += count) >= total * share);
}

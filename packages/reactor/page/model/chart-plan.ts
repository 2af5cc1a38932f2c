import type { Series } from './sample.js';
import { bytesPerSecond, count, percent, perSecond, seconds } from './units.js';

/** What one chart shows, and how. */
export interface ChartPlan {
  readonly title: string;
  /** Says under the title what the numbers are. */
  readonly subtitle: string;
  /** How its values are written, on the axis and in the legend. */
  readonly format: (value: number | null | undefined) => string;
  readonly shape: 'lines' | 'stack';
  /** A linear axis begins at 0; latencies differ by powers of ten. */
  readonly axis: 'linear' | 'logarithmic';
  /** The top of the axis is at least this, so that next to nothing looks like next to nothing. */
  readonly leastTop: number;
  readonly lines: readonly { readonly series: Series; readonly label: string }[];
  /** Stands in the legend, and is not drawn. */
  readonly aside?: { readonly series: Series; readonly label: string };
}

export const CHART_PLANS: readonly ChartPlan[] = [
  {
    title: 'Connections',
    subtitle: 'at this moment',
    format: count,
    shape: 'lines',
    axis: 'linear',
    leastTop: 10,
    lines: [
      { series: 'open', label: 'open' },
      { series: 'congested', label: 'congested' },
      { series: 'ending', label: 'draining or closing' },
    ],
  },
  {
    title: 'Throughput',
    subtitle: 'bytes a second',
    format: bytesPerSecond,
    shape: 'lines',
    axis: 'linear',
    leastTop: 1000,
    lines: [
      { series: 'received', label: 'read' },
      { series: 'sent', label: 'written' },
    ],
  },
  {
    title: 'Coming and going',
    subtitle: 'connections a second',
    format: perSecond,
    shape: 'lines',
    axis: 'linear',
    leastTop: 10,
    lines: [
      { series: 'accepted', label: 'accepted' },
      { series: 'dialled', label: 'dialled' },
      { series: 'closed', label: 'closed' },
    ],
  },
  {
    title: 'Loop latency',
    subtitle: 'percentiles of each second',
    format: seconds,
    shape: 'lines',
    axis: 'logarithmic',
    leastTop: 1e-2,
    lines: [
      { series: 'turnP50', label: 'turn p50' },
      { series: 'turnP99', label: 'turn p99' },
      { series: 'turnP999', label: 'turn p99.9' },
      { series: 'readyP99', label: 'ready wait p99' },
      { series: 'timersP99', label: 'timer late p99' },
    ],
  },
  {
    title: 'Turn time by stage',
    subtitle: 'share of the time',
    format: percent,
    shape: 'stack',
    axis: 'linear',
    leastTop: 0.1,
    lines: [
      { series: 'handler', label: 'handlers' },
      { series: 'read', label: 'read' },
      { series: 'write', label: 'write' },
      { series: 'dispatch', label: 'dispatch' },
      { series: 'timers', label: 'timers' },
      { series: 'tasks', label: 'tasks' },
    ],
    aside: { series: 'wait', label: 'waiting, not drawn' },
  },
  {
    title: 'Errors',
    subtitle: 'a second',
    format: perSecond,
    shape: 'lines',
    axis: 'linear',
    leastTop: 1,
    lines: [
      { series: 'handlerFailures', label: 'failed handlers' },
      { series: 'failed', label: 'failed connections' },
      { series: 'timeouts', label: 'timeouts' },
      { series: 'refused', label: 'refused' },
      { series: 'slow', label: 'slow consumers' },
    ],
  },
];

import uPlot from 'uplot';
import { ceiling, decades, decadeTicks, evenTicks, timeLabel, timeTicks } from '../model/axis.js';
import type { ChartPlan } from '../model/chart-plan.js';
import type { History } from '../model/history.js';
import { clock } from '../model/units.js';
import { ChartFrame } from './chart-frame.js';
import { DASHES, type Palette } from './palette.js';

const HEIGHT = 150;
/** Fixed, so that the plot does not jump when a label becomes longer. */
const AXIS_WIDTH = 66;
const FONT = '11px system-ui, sans-serif';
/** Below a tenth of a microsecond nothing is measured. A logarithmic axis needs some such end, as it has no 0. */
const LEAST_SECONDS = 1e-7;

/** A logarithmic axis has at least these three decades, so that it does not change with every second. */
const LEAST_SPAN = 1000;

type Column = readonly (number | null)[];

/** One chart of the last minutes. It owns its uPlot, whose cursor moves in all charts at once. */
export class Chart {
  readonly frame: ChartFrame;
  readonly #plan: ChartPlan;
  readonly #palette: Palette;
  readonly #plot: uPlot;
  #times: readonly number[] = [];
  /** The values as they are, one column a line, then the aside; what is drawn may be stacked. */
  #columns: readonly Column[] = [];
  #endSeconds = 0;
  #windowSeconds = 60;

  constructor(plan: ChartPlan, palette: Palette) {
    this.#plan = plan;
    this.#palette = palette;
    this.frame = new ChartFrame(plan);
    this.#plot = new uPlot(this.#options(), this.#drawn(), this.frame.plot);
    new ResizeObserver(() => this.#plot.setSize({ width: this.frame.plot.clientWidth, height: HEIGHT })).observe(this.frame.plot);
    this.frame.plot.addEventListener('keydown', (event) => this.#onKey(event));
    this.frame.plot.addEventListener('blur', () => this.#read(-1));
  }

  draw(history: History, endSeconds: number, windowSeconds: number): void {
    const { lines, aside } = this.#plan;
    this.#times = history.times;
    this.#columns = [...lines, ...(aside === undefined ? [] : [aside])].map(({ series }) => history.column(series));
    this.#endSeconds = endSeconds;
    this.#windowSeconds = windowSeconds;
    this.#plot.setData(this.#drawn());
    this.#tell();
  }

  /** Draws again in the colours of now. */
  recolour(): void {
    this.#plot.redraw(false, true);
  }

  #drawn(): uPlot.AlignedData {
    const lines = this.#columns.slice(0, this.#plan.lines.length);
    const values = this.#plan.lines.map((_, index) => lines[index] ?? []);
    return [[...this.#times], ...(this.#plan.shape === 'stack' ? stacked(values) : values)] as uPlot.AlignedData;
  }

  #options(): uPlot.Options {
    return {
      width: 300,
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, sync: { key: 'edgeloop' }, points: { size: 5 } },
      scales: { x: { time: false, range: () => [this.#endSeconds - this.#windowSeconds, this.#endSeconds] }, y: this.#scale() },
      axes: [this.#timeAxis(), this.#valueAxis()],
      series: [{}, ...this.#plan.lines.map((_, index) => this.#line(index))],
      bands: this.#plan.shape === 'stack' ? this.#plan.lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })) : [],
      hooks: { setCursor: [() => this.#tell()] },
    };
  }

  #scale(): uPlot.Scale {
    const { leastTop, axis, shape } = this.#plan;
    if (axis === 'logarithmic') {
      const range = (_: uPlot, lowest: number | null, highest: number | null): uPlot.Range.MinMax =>
        [...decades(Math.max(LEAST_SECONDS, Math.min(lowest ?? leastTop, leastTop / LEAST_SPAN)), Math.max(highest ?? 0, leastTop))];
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- uPlot declares its enum, but has none to import.
      return { distr: 3, log: 10, range };
    }
    const most = shape === 'stack' ? 1 : Infinity;
    return { range: (_: uPlot, _lowest: number | null, highest: number | null) => [0, Math.min(most, ceiling(Math.max(highest ?? 0, leastTop)))] };
  }

  /** Counts back from now: labels that move with the lines could not be read. */
  #timeAxis(): uPlot.Axis {
    const splits = () => timeTicks(this.#windowSeconds).map((offset) => this.#endSeconds + offset);
    return { ...this.#axis(), size: 26, splits, values: () => timeTicks(this.#windowSeconds).map((offset) => timeLabel(offset, this.#windowSeconds)) };
  }

  #valueAxis(): uPlot.Axis {
    const ticks = this.#plan.axis === 'logarithmic' ? decadeTicks : (_: number, top: number) => evenTicks(top);
    const values = (_: uPlot, splits: number[]) => splits.map((value) => this.#plan.format(value));
    return { ...this.#axis(), size: AXIS_WIDTH, splits: (_, _axis, bottom, top) => ticks(bottom, top), values, filter: (_, splits) => splits };
  }

  #axis(): uPlot.Axis {
    const grid = { stroke: () => this.#palette.grid, width: 1 };
    return { stroke: () => this.#palette.text, font: FONT, grid, ticks: { show: false }, gap: 6 };
  }

  #line(index: number): uPlot.Series {
    const colour = () => this.#palette.line(index);
    if (this.#plan.shape === 'stack') return { stroke: colour, fill: colour, width: 0, points: { show: false } };
    return { stroke: colour, width: 1.5, dash: [...(DASHES[index] ?? [])], points: { show: false }, spanGaps: false };
  }

  /** Writes the values under the cursor into the legend, or the latest ones. */
  #tell(): void {
    const latest = this.#times.length - 1;
    const index = this.#plot.cursor.left === undefined || this.#plot.cursor.left < 0 ? latest : Math.min(this.#plot.cursor.idx ?? latest, latest);
    const time = this.#times[index];
    if (time === undefined) return this.frame.tell(0, 'no data yet', []);
    const secondsAgo = index === latest ? 0 : this.#endSeconds - time;
    this.frame.tell(secondsAgo, clock(time), this.#columns.map((column) => column[index]));
  }

  #onKey(event: KeyboardEvent): void {
    const latest = this.#times.length - 1;
    const at = this.#plot.cursor.idx ?? latest;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, PageDown: at - 30, PageUp: at + 30, Home: 0, End: latest, Escape: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#read(event.key === 'Escape' ? -1 : Math.max(0, Math.min(latest, to)));
  }

  /** Puts the cursor at a sample; -1 takes it away. */
  #read(index: number): void {
    const time = this.#times[index];
    this.#plot.setCursor(time === undefined ? { left: -10, top: -10 } : { left: this.#plot.valToPos(time, 'x'), top: 1 }, true);
  }
}

/** Each column with those before it added. What is between two sums is filled with the colour of the upper one, as a band. */
function stacked(columns: readonly Column[]): Column[] {
  const sums: number[] = [];
  return columns.map((column) => column.map((value, index) => (value === null ? null : (sums[index] = (sums[index] ?? 0) + value))));
}

import type { ChartPlan } from '../model/chart-plan.js';
import { HISTORY_SECONDS } from '../model/history.js';
import { element, setText } from './element.js';

/**
 * What stands around a chart: its title, the time that is read, and a legend with the values at that time. The legend is
 * text, so the numbers can be read without seeing the lines; the plot is a slider over the time for who uses the keyboard.
 */
export class ChartFrame {
  readonly root: HTMLElement;
  readonly plot: HTMLElement;
  readonly #time = element('span', { class: 'time' });
  readonly #values: readonly HTMLElement[];

  constructor(readonly plan: ChartPlan) {
    const labels = [...plan.lines.map(({ label }) => label), ...(plan.aside === undefined ? [] : [plan.aside.label])];
    this.#values = labels.map(() => element('b'));
    const entries = labels.map((label, index) => element('li', {}, [this.#key(index), element('span', {}, [label]), this.#values[index] as HTMLElement]));
    this.plot = element('div', {
      class: 'plot', role: 'slider', tabindex: '0', 'aria-label': `${plan.title}: time to read`, 'aria-valuemin': String(-HISTORY_SECONDS), 'aria-valuemax': '0',
    });
    const title = element('h3', {}, [plan.title, ' ', element('small', {}, [plan.subtitle])]);
    const caption = element('figcaption', {}, [element('div', { class: 'title' }, [title, this.#time]), element('ul', { class: 'legend' }, entries)]);
    this.root = element('figure', { class: 'chart', 'aria-label': plan.title }, [caption, this.plot]);
  }

  /** Shows the values of one time: `secondsAgo` is 0 for the latest. */
  tell(secondsAgo: number, time: string, values: readonly (number | null | undefined)[]): void {
    const texts = this.#values.map((_, index) => this.plan.format(values[index]));
    for (const [index, node] of this.#values.entries()) setText(node, texts[index] as string);
    setText(this.#time, secondsAgo === 0 ? '' : time);
    this.plot.setAttribute('aria-valuenow', String(-Math.round(secondsAgo)));
    this.plot.setAttribute('aria-valuetext', `${time}: ${this.plan.lines.map(({ label }, index) => `${label} ${texts[index]}`).join(', ')}`);
  }

  /** A piece of the line itself, or of the area. What is not drawn has none. */
  #key(index: number): HTMLElement {
    const kind = index < this.plan.lines.length ? `${this.plan.shape} line-${index}` : 'none';
    return element('i', { class: `key ${kind}`, 'aria-hidden': 'true' });
  }
}

import { CHART_PLANS } from './model/chart-plan.js';
import { History } from './model/history.js';
import { POLL_MS } from './model/retry.js';
import { sampleBetween } from './model/sample.js';
import { countsRows, elapsedBetween, pluginRows, workerRows } from './model/since-start.js';
import type { ConnectionEntry, Stats } from './model/stats.js';
import { bytes, count } from './model/units.js';
import { plainText } from './model/plain-text.js';
import { Endpoint, reasonOf, Refusal } from './endpoint.js';
import { type Outcome, Poll } from './poll.js';
import { Chart } from './view/chart.js';
import { ConnectionTable } from './view/connection-table.js';
import { CountsTable } from './view/counts-table.js';
import { found } from './view/element.js';
import { Palette } from './view/palette.js';
import { Figures, StatusLine } from './view/status-line.js';
import { TokenForm } from './view/token-form.js';

const NOT_ACCEPTED = 'The endpoint does not accept this token.';

/** The page: asks the endpoint, and shows what it answers. */
class Page {
  readonly #endpoint = new Endpoint();
  readonly #history = new History();
  readonly #palette = new Palette();
  readonly #charts = CHART_PLANS.map((plan) => new Chart(plan, this.#palette));
  readonly #figures = new Figures();
  readonly #errors = new CountsTable('Errors by code', ['Code', 'Rate', 'Total'], 'None since the start.');
  readonly #closes = new CountsTable('Closed, by reason', ['Reason', 'Rate', 'Total'], 'None since the start.');
  readonly #plugins = new CountsTable('Plugins', ['Plugin', 'Time in handlers', 'Stalls'], 'There are none.');
  readonly #workers = new CountsTable('Workers', ['Worker', 'Phase', 'Connections', 'CPU', 'Crashes'], '');
  readonly #poll = new Poll(() => this.#ask());
  readonly #status = new StatusLine(() => this.#poll.now());
  readonly #table = new ConnectionTable({ onQuery: () => this.#poll.now(), onClose: (connection) => void this.#close(connection) });
  readonly #token = new TokenForm((token) => this.#useToken(token));
  #latest: Stats | undefined;
  #latestSeconds: number | undefined;
  /** Why there is no answer, while there is none. */
  #trouble: string | undefined;

  start(): void {
    found('charts', HTMLElement).append(...this.#charts.map(({ frame }) => frame.root));
    found('counts', HTMLElement).append(this.#errors.root, this.#closes.root, this.#plugins.root, this.#workers.root);
    this.#palette.onChange(() => this.#charts.forEach((chart) => chart.recolour()));
    found('window', HTMLFieldSetElement).addEventListener('change', () => this.#draw());
    setInterval(() => this.#tick(), POLL_MS);
    this.#poll.now();
  }

  async #ask(): Promise<Outcome> {
    try {
      const list = this.#list();
      this.#show(await this.#endpoint.stats());
      await list;
      return 'answered';
    } catch (error) {
      return error instanceof Refusal && error.status === 401 ? this.#askForToken() : this.#miss(error);
    }
  }

  /** A list that fails leaves the charts alone, and says so in its own place. */
  async #list(): Promise<void> {
    const { query } = this.#table;
    try {
      const list = await this.#endpoint.connections(query);
      if (query === this.#table.query) this.#table.show(list);
    } catch (error) {
      this.#table.sayStale(reasonOf(error));
    }
  }

  #show(stats: Stats): void {
    const before = this.#latest;
    this.#trouble = undefined;
    this.#latest = stats;
    this.#latestSeconds = nowSeconds();
    this.#token.hide();
    this.#history.add(this.#latestSeconds, sampleBetween(before, stats));
    this.#status.showServer(stats);
    this.#showCounts(before, stats);
    this.#draw();
  }

  #showCounts(before: Stats | undefined, stats: Stats): void {
    const elapsedSeconds = elapsedBetween(before, stats);
    const { bytesQueued, readyQueue, timersPending, tasksPending } = stats.gauges;
    this.#figures.show({ 'Bytes queued': bytes(bytesQueued), 'Ready queue': count(readyQueue), Timers: count(timersPending), Tasks: count(tasksPending) });
    this.#errors.show(countsRows(before?.errors ?? {}, stats.errors, elapsedSeconds));
    this.#closes.show(countsRows(before?.closes ?? {}, stats.closes, elapsedSeconds));
    this.#plugins.show(pluginRows(before, stats));
    const workers = workerRows(before, stats);
    this.#workers.root.hidden = workers.length === 0;
    this.#workers.show(workers);
  }

  #draw(): void {
    const windowSeconds = Number(document.querySelector<HTMLInputElement>('#window :checked')?.value);
    for (const chart of this.#charts) chart.draw(this.#history, nowSeconds(), windowSeconds);
  }

  #miss(error: unknown): Outcome {
    this.#trouble = reasonOf(error);
    this.#tick();
    return 'failed';
  }

  #askForToken(): Outcome {
    this.#trouble = undefined;
    this.#status.showLocked();
    this.#token.ask(this.#endpoint.hasToken ? NOT_ACCEPTED : '');
    return 'refused';
  }

  #useToken(token: string): void {
    if (this.#endpoint.useToken(token)) this.#poll.now();
    else this.#token.ask(NOT_ACCEPTED);
  }

  async #close(connection: ConnectionEntry): Promise<void> {
    const who = `${plainText(connection.peer)}, id ${connection.id}`;
    try {
      await this.#endpoint.close(connection.id);
      this.#table.say(`Closed ${who}.`);
    } catch (error) {
      this.#table.say(error instanceof Refusal && error.status === 404 ? `${who} had ended already.` : `Could not close ${who}: ${reasonOf(error)}.`);
    }
    this.#poll.now();
  }

  /** While nothing answers, time goes on all the same: the lines move away from now, and the age of the data grows. */
  #tick(): void {
    if (this.#trouble === undefined || document.hidden) return;
    this.#status.showStale(this.#trouble, this.#latestSeconds, nowSeconds(), this.#poll.remainingSeconds);
    this.#draw();
  }
}

/** Seconds since 1970, by a clock that is not set while the page is open. */
function nowSeconds(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

new Page().start();

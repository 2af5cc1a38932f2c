import type { Stats } from '../model/stats.js';
import { plainText } from '../model/plain-text.js';
import { clock, span } from '../model/units.js';
import { element, found, setText } from './element.js';

/** The head stays in sight on a small screen too, and must leave room there. */
const MAX_NAME_LENGTH = 60;

/** What the page knows about the server: nothing yet, all of it, what it knew some time ago, or nothing without a token. */
export type Contact = 'waiting' | 'live' | 'draining' | 'stale' | 'locked';

const WORDS: Readonly<Record<Contact, string>> = { waiting: 'Connecting', live: 'Live', draining: 'Draining', stale: 'No answer', locked: 'Token needed' };

/** The top of the page: whose numbers these are, and whether they are of now. */
export class StatusLine {
  readonly #state = found('state', HTMLElement);
  readonly #word = found('state-word', HTMLElement);
  readonly #detail = found('state-detail', HTMLElement);
  readonly #retry = found('retry', HTMLButtonElement);
  readonly #main = document.querySelector('main') as HTMLElement;

  /** `retry` is what "Try now" does. */
  constructor(retry: () => void) {
    this.#retry.addEventListener('click', retry);
  }

  showServer({ name: foreign, version, pid, uptimeSeconds, draining, gauges }: Stats): void {
    const name = plainText(foreign, MAX_NAME_LENGTH);
    document.title = `${draining ? 'draining · ' : ''}${name} · edgeloop`;
    setText(found('name', HTMLElement), name);
    setText(found('process', HTMLElement), `version ${plainText(version, MAX_NAME_LENGTH)} · process ${pid} · up ${span(uptimeSeconds)}`);
    if (!draining) return this.#show('live', 'updated each second');
    const { connectionsOpen = 0 } = gauges;
    this.#show('draining', `no new connections are accepted; ${connectionsOpen.toLocaleString('en')} still open`);
  }

  /** Says since when nothing has come, if anything ever has, and when it is tried again. */
  showStale(reason: string, lastSeconds: number | undefined, nowSeconds: number, retrySeconds: number): void {
    document.title = document.title.replace(/^(no answer · )?/, 'no answer · ');
    const since = lastSeconds === undefined ? 'nothing received yet' : `since ${clock(lastSeconds)}, ${span(nowSeconds - lastSeconds)} ago; what you see is from then`;
    const next = retrySeconds > 0 ? `trying again in ${Math.ceil(retrySeconds)} s` : 'trying again';
    this.#show('stale', `${since} (${reason}); ${next}`);
  }

  showLocked(): void {
    this.#show('locked', 'the endpoint asks who you are');
  }

  #show(contact: Contact, detail: string): void {
    this.#state.dataset['state'] = contact;
    this.#main.classList.toggle('dimmed', contact === 'stale' || contact === 'locked');
    this.#retry.hidden = contact !== 'stale';
    setText(this.#word, WORDS[contact]);
    setText(this.#detail, detail);
  }
}

/** The numbers that have no chart. They stand still, as a list of terms. */
export class Figures {
  readonly #list = found('figures', HTMLDListElement);
  readonly #values = new Map<string, HTMLElement>();

  show(figures: Readonly<Record<string, string>>): void {
    for (const [term, text] of Object.entries(figures)) setText(this.#values.get(term) ?? this.#add(term), text);
  }

  #add(term: string): HTMLElement {
    const value = element('dd');
    this.#values.set(term, value);
    this.#list.append(element('div', {}, [element('dt', {}, [term]), value]));
    return value;
  }
}

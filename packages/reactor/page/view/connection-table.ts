import { FIRST_QUERY, type ListQuery, listSummary, searchedFor, sortedBy } from '../model/list-query.js';
import { plainText } from '../model/plain-text.js';
import type { ConnectionEntry, ConnectionList } from '../model/stats.js';
import { ConnectionRow, LIST_COLUMNS } from './connection-row.js';
import { element, found, setText } from './element.js';

/** Somebody who types a word has it sent once. */
const SEARCH_DELAY_MS = 250;

export interface ListActions {
  /** The query is another one: ask the server now. */
  readonly onQuery: () => void;
  readonly onClose: (connection: ConnectionEntry) => void;
}

/** The table of connections: one row for each that the server has listed, in the server's order. */
export class ConnectionTable {
  query: ListQuery = FIRST_QUERY;
  readonly #actions: ListActions;
  readonly #body = found('rows', HTMLTableSectionElement);
  readonly #summary = found('list-summary', HTMLElement);
  readonly #note = found('list-note', HTMLElement);
  readonly #headers: readonly HTMLElement[];
  #rows = new Map<ConnectionEntry['id'], ConnectionRow>();
  #asked = false;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(actions: ListActions) {
    this.#actions = actions;
    this.#headers = LIST_COLUMNS.map(({ field, label }) => {
      const button = element('button', { type: 'button' }, [label]);
      button.addEventListener('click', () => this.#ask(sortedBy(this.query, field)));
      return element('th', { role: 'columnheader', scope: 'col', class: `of-${field}` }, [button]);
    });
    found('columns', HTMLTableRowElement).append(...this.#headers, element('th', { role: 'columnheader', class: 'of-close' }, [element('span', { class: 'unseen' }, ['Close'])]));
    const search = found('search', HTMLInputElement);
    search.addEventListener('input', () => {
      clearTimeout(this.#searchTimer);
      this.#searchTimer = setTimeout(() => this.#ask(searchedFor(this.query, search.value)), SEARCH_DELAY_MS);
    });
    this.#markSorted();
  }

  show({ connections, matched, total }: ConnectionList): void {
    setText(this.#summary, listSummary(connections.length, matched, total, this.query.search));
    const listed = new Map(connections.map((connection) => [connection.id, connection]));
    for (const [id, row] of this.#rows) {
      const connection = listed.get(id);
      if (connection === undefined) row.fade();
      else row.show(connection);
    }
    if (this.#asked || !this.#held()) this.#arrange(connections);
    this.#asked = false;
  }

  /** Says what came of closing a connection. */
  say(note: string): void {
    setText(this.#note, note);
  }

  /** Says that the rows are those of an earlier answer, until another one comes. */
  sayStale(reason: string): void {
    setText(this.#summary, `No list: ${reason}`);
  }

  /** Rows come, go and move, except under a hand: the button that is about to be pressed must not become another one's. */
  #held(): boolean {
    const pointed = matchMedia('(hover: hover)').matches && this.#body.matches(':hover');
    return pointed || this.#body.querySelector(':focus-visible') !== null || [...this.#rows.values()].some(({ armed }) => armed);
  }

  /** Touches only what has another place now: an element that is moved loses its focus, and the reader's selection. */
  #arrange(connections: readonly ConnectionEntry[]): void {
    const before = this.#rows;
    this.#rows = new Map(connections.map((connection) => [connection.id, this.#rowFor(connection, before.get(connection.id))]));
    for (const [id, row] of before) if (this.#rows.get(id) !== row) row.root.remove();
    for (const [index, { root }] of [...this.#rows.values()].entries()) {
      const there = this.#body.children[index];
      if (there !== root) this.#body.insertBefore(root, there ?? null);
    }
  }

  #rowFor(connection: ConnectionEntry, before: ConnectionRow | undefined): ConnectionRow {
    if (before !== undefined && !before.gone) return before;
    return new ConnectionRow(connection, () => {
      this.say(`Closing ${plainText(connection.peer)}, id ${connection.id}.`);
      this.#actions.onClose(connection);
    });
  }

  /** Another query gives another table, whatever is pointed at. */
  #ask(query: ListQuery): void {
    this.query = query;
    this.#asked = true;
    this.#markSorted();
    this.#actions.onQuery();
  }

  #markSorted(): void {
    const { sort, order } = this.query;
    for (const [index, { field }] of LIST_COLUMNS.entries()) {
      const sorted = field !== sort ? 'none' : order === 'asc' ? 'ascending' : 'descending';
      this.#headers[index]?.setAttribute('aria-sort', sorted);
    }
  }
}

import type { SortField } from '../model/list-query.js';
import { plainText } from '../model/plain-text.js';
import type { ConnectionEntry } from '../model/stats.js';
import { NOTHING, bytes, count, seconds, span } from '../model/units.js';
import { CloseButton } from './close-button.js';
import { element, setText } from './element.js';

export interface ListColumn {
  readonly field: SortField;
  readonly label: string;
  readonly text: (connection: ConnectionEntry) => string;
}

export const LIST_COLUMNS: readonly ListColumn[] = [
  { field: 'id', label: 'Id', text: ({ id }) => plainText(String(id), 24) },
  { field: 'peer', label: 'Peer', text: ({ peer, direction }) => `${direction === 'dialled' ? '→' : '←'} ${plainText(peer)}` },
  { field: 'local', label: 'Local', text: ({ local }) => (local === null ? NOTHING : plainText(local)) },
  { field: 'plugin', label: 'Plugin', text: ({ plugin }) => plainText(plugin) },
  { field: 'state', label: 'State', text: (connection) => stateText(connection) },
  { field: 'ageSeconds', label: 'Age', text: ({ ageSeconds }) => span(ageSeconds) },
  { field: 'idleSeconds', label: 'Idle', text: ({ idleSeconds }) => span(idleSeconds) },
  { field: 'bytesRead', label: 'Read', text: ({ bytesRead }) => bytes(bytesRead) },
  { field: 'bytesWritten', label: 'Written', text: ({ bytesWritten }) => bytes(bytesWritten) },
  { field: 'bytesQueued', label: 'Queued', text: ({ bytesQueued }) => bytes(bytesQueued) },
  { field: 'rttSeconds', label: 'RTT', text: ({ rttSeconds }) => seconds(rttSeconds) },
  { field: 'retransmits', label: 'Retrans.', text: ({ retransmits }) => count(retransmits) },
];

/** What epoll waits for stands behind the state: a connection that is stuck is often one that waits for nothing. */
function stateText({ state, paused, armed }: ConnectionEntry): string {
  const events = armed.length > 0 ? armed.map((event) => plainText(event, 20)).join(' ') : 'not armed';
  return `${plainText(state, 20)}${paused ? ', paused' : ''} (${events})`;
}

/** One connection in the table; it stays the same element for as long as the connection is listed. */
export class ConnectionRow {
  readonly root: HTMLTableRowElement;
  readonly #cells: readonly HTMLElement[];
  readonly #button: CloseButton;

  constructor(connection: ConnectionEntry, close: () => void) {
    this.#cells = LIST_COLUMNS.map(({ field, label }) => element('td', { role: 'cell', class: `of-${field}`, 'data-label': label }));
    this.#button = new CloseButton(plainText(connection.peer), close);
    this.root = element('tr', { role: 'row' }, [...this.#cells, element('td', { role: 'cell', class: 'of-close' }, [this.#button.root])]);
    this.show(connection);
  }

  get armed(): boolean {
    return this.#button.armed;
  }

  get gone(): boolean {
    return this.root.classList.contains('gone');
  }

  show(connection: ConnectionEntry): void {
    for (const [index, { text }] of LIST_COLUMNS.entries()) {
      const cell = this.#cells[index] as HTMLElement;
      const value = text(connection);
      if (cell.textContent === value) continue;
      setText(cell, value);
      cell.title = value;
    }
  }

  /** Shows that it is no longer listed; it keeps its place until the table is arranged. */
  fade(): void {
    this.root.classList.add('gone');
    this.#button.disable();
  }
}

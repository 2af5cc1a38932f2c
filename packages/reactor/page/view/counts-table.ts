import { plainText } from '../model/plain-text.js';
import type { CountsRow } from '../model/since-start.js';
import { element, setText } from './element.js';

/** More names than this are not shown: codes and reasons are few, and a page that grows without end helps nobody. */
const MAX_ROWS = 30;

/** A small table of names and numbers, the same rows kept from one second to the next. */
export class CountsTable {
  readonly root: HTMLElement;
  readonly #body = element('tbody');
  readonly #none: HTMLElement;
  #cells: (readonly HTMLElement[])[] = [];

  constructor(title: string, headers: readonly string[], none: string) {
    const head = element('tr', {}, headers.map((header) => element('th', { scope: 'col' }, [header])));
    this.#none = element('p', { class: 'quiet' }, [none]);
    const table = element('table', {}, [element('caption', {}, [title]), element('thead', {}, [head]), this.#body]);
    this.root = element('div', { class: 'counts' }, [table, this.#none]);
  }

  show(rows: readonly CountsRow[]): void {
    const shown = rows.slice(0, MAX_ROWS);
    this.#none.hidden = shown.length > 0;
    while (this.#cells.length > shown.length) this.#drop();
    for (const [index, { name, cells }] of shown.entries()) {
      const nodes = this.#cells[index] ?? this.#add(cells.length);
      for (const [column, text] of [plainText(name), ...cells].entries()) setText(nodes[column] as HTMLElement, text);
    }
  }

  #add(amounts: number): readonly HTMLElement[] {
    const cells = [element('th', { scope: 'row' }), ...Array.from({ length: amounts }, () => element('td'))];
    this.#body.append(element('tr', {}, cells));
    this.#cells.push(cells);
    return cells;
  }

  #drop(): void {
    this.#cells.pop();
    this.#body.lastElementChild?.remove();
  }
}

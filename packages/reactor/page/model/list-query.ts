/** What the table of connections asks the server for. The server searches and sorts: the page never holds them all. */
export interface ListQuery {
  readonly search: string;
  readonly sort: SortField;
  readonly order: Order;
}

export type Order = 'asc' | 'desc';

/** The fields to sort by, each with the order in which it is looked at first: names from A, amounts from the largest. */
export const FIRST_ORDER = {
  id: 'asc',
  peer: 'asc',
  local: 'asc',
  plugin: 'asc',
  state: 'asc',
  ageSeconds: 'desc',
  idleSeconds: 'desc',
  bytesRead: 'desc',
  bytesWritten: 'desc',
  bytesQueued: 'desc',
  rttSeconds: 'desc',
  retransmits: 'desc',
} as const satisfies Readonly<Record<string, Order>>;

export type SortField = keyof typeof FIRST_ORDER;

export const MAX_ROWS = 100;
/** More of a search than this is not sent: a peer's name is shorter. */
export const MAX_SEARCH_LENGTH = 200;

export const FIRST_QUERY: ListQuery = { search: '', sort: 'id', order: 'asc' };

/** The query after a header was pressed: the same header turns the order round, another one begins with its own. */
export function sortedBy(query: ListQuery, field: SortField): ListQuery {
  if (query.sort !== field) return { ...query, sort: field, order: FIRST_ORDER[field] };
  return { ...query, order: query.order === 'asc' ? 'desc' : 'asc' };
}

export function searchedFor(query: ListQuery, text: string): ListQuery {
  return { ...query, search: text.trim().slice(0, MAX_SEARCH_LENGTH) };
}

export function queryString({ search, sort, order }: ListQuery): string {
  const parameters = new URLSearchParams({ sort, order, limit: String(MAX_ROWS) });
  if (search !== '') parameters.set('q', search);
  return parameters.toString();
}

/** What stands above the table. */
export function listSummary(shown: number, matched: number, total: number, search: string): string {
  const number = (value: number) => value.toLocaleString('en');
  if (total === 0) return 'No connections';
  if (search !== '' && matched === 0) return `None of ${number(total)} matches`;
  const found = search === '' ? `${number(total)}` : `${number(matched)} matching, of ${number(total)}`;
  return shown < matched ? `First ${number(shown)} of ${found}` : `${search === '' ? 'All ' : ''}${found}`;
}

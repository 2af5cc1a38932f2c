/** The connections of all workers as one list. */
import type { ConnectionQuery } from '../admin/admin-options.js';
import type { ConnectionList, ConnectionRow } from '../admin/connection-list.js';
import { TopList } from '../structures/top-list.js';

/** An id that no connection of another thread has: "2-4711" is connection 4711 of worker 2. Those of the main thread have numbers. */
export function groupId(worker: number, id: number): string {
  return `${worker}-${id}`;
}

/** Whose connection it is, and which; undefined if it can be none's. */
export function partsOf(id: string): { worker: number; connection: number } | undefined {
  const [, worker, connection] = /^(\d+)-(\d+)$/.exec(id) ?? [];
  return worker === undefined ? undefined : { worker: Number(worker), connection: Number(connection) };
}

/** The first of all, where each list has the first of one worker, in the same order. */
export function mergeLists(lists: readonly ConnectionList[], { sort, order, limit }: Pick<ConnectionQuery, 'sort' | 'order' | 'limit'>): ConnectionList {
  const first = new TopList<ConnectionRow>(limit, order);
  for (const { connections } of lists) for (const row of connections) first.offer(keyOf(row, sort), row);
  return {
    total: lists.reduce((sum, { total }) => sum + total, 0),
    matched: lists.reduce((sum, { matched }) => sum + matched, 0),
    connections: first.values,
  };
}

/** What a row is sorted by: the order is the one in which a worker sorts its connections. */
function keyOf(row: ConnectionRow, sort: ConnectionQuery['sort']): number | string {
  if (sort === 'id') return partsOf(String(row.id))?.connection ?? Number(row.id);
  if (sort === 'local') return row.local ?? '';
  const value = row[sort] ?? -1;
  return typeof value === 'boolean' ? Number(value) : value;
}

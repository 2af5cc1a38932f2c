/** The connections of all workers as one list. */
import type { ConnectionQuery } from '../admin/admin-options.js';
import type { ConnectionList, ConnectionRow } from '../admin/connection-list.js';
import { TopList } from '../structures/top-list.js';

/** Where in a group a connection is. */
export interface GroupPlace {
  readonly worker: number;
  /** How many threads the worker had before the connection's: each counts its connections from the beginning. */
  readonly life: number;
  readonly connection: number;
}

/**
 * An id that no connection of another thread has, nor of one that was there before: "2-0-4711" is connection 4711 of worker 2, which has not
 * been restarted. Those of the main thread have numbers.
 */
export function groupId({ worker, life, connection }: GroupPlace): string {
  return `${worker}-${life}-${connection}`;
}

/** Whose connection it is, and which; undefined if it can be none's. */
export function placeOf(id: string): GroupPlace | undefined {
  const [, worker, life, connection] = /^(\d+)-(\d+)-(\d+)$/.exec(id) ?? [];
  return worker === undefined ? undefined : { worker: Number(worker), life: Number(life), connection: Number(connection) };
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
  if (sort === 'id') return placeOf(String(row.id))?.connection ?? Number(row.id);
  if (sort === 'local') return row.local ?? '';
  const value = row[sort] ?? -1;
  return typeof value === 'boolean' ? Number(value) : value;
}

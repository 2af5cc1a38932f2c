import type { Call } from '../../command/call.js';
import { SortedSetValue } from '../../values/sorted-set-value.js';
import { SortedTable } from '../../values/sorted-table.js';
import type { ValueContext } from '../../values/value-context.js';
import { removeKey } from './sorted-set-key.js';

/**
 * A table for members that are to be answered or stored, as `fill` fills it. If memory ends meanwhile, nothing of it is left.
 * It is a table also where they are few, as in Redis: a small set would not tell -0 from 0.
 */
export function tableWith(context: ValueContext, fill: (table: SortedTable) => void): SortedTable {
  const table = new SortedTable(context);
  try {
    fill(table);
  } catch (error) {
    table.dispose(Number.POSITIVE_INFINITY);
    throw error;
  }
  return table;
}

/** Stores the members of a table at the key that is argument `index`, whatever was there, or removes that if there are none. Answers how many. */
export function storeTable(call: Call, index: number, event: string, table: SortedTable): void {
  const { size } = table;
  if (size > 0) {
    call.db.setCollection(call.source, call.start(index), call.end(index), SortedSetValue.of(call.server.keyspace, table));
    call.changed(index, event, 'z');
    call.server.reclaim();
  } else {
    table.dispose(Number.POSITIVE_INFINITY);
    removeKey(call, index);
  }
  call.reply.integer(size);
}

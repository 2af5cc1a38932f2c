import { EdgeloopError } from '@edgeloop/reactor';
import type { Keyspace } from '../store/keyspace.js';

/** EL_OPTION_INVALID: a folder has data in databases that the server has not. Nothing is damaged; `index` is the number of one, if it is known. */
export function tooFewDatabases({ databases }: Keyspace, index?: number): EdgeloopError {
  const what = index === undefined ? 'more databases' : `database ${index}`;
  const least = index === undefined ? 'as many as before' : `at least ${index + 1}`;
  return new EdgeloopError('EL_OPTION_INVALID', `databases is ${databases.length}, and the data folder has data in ${what}; set it to ${least}`);
}

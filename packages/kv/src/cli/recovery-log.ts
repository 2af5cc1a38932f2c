import type { Log } from '@edgeloop/reactor';
import { percentText } from './progress.js';

/** What a log's lines of a recovery have in their fields, which are for machines elsewhere. */
interface Fields {
  readonly event?: string;
  readonly file?: string;
  readonly bytes?: number;
  readonly totalBytes?: number;
  readonly err?: Error;
}

const CLEAR = '\r\u001B[K';

/** Tells a person what the reading of a data folder has to tell: how far it is, on a terminal, and what is wrong, anywhere. */
export const recoveryLog: Log = {
  error: complain,
  warn: complain,
  info({ event, file = '', bytes = 0, totalBytes = 0 }: Fields) {
    if (!process.stderr.isTTY) return;
    if (event === 'kv.recovery_progress') process.stderr.write(`\r${file}: ${percentText(bytes, totalBytes)} read\u001B[K`);
    else process.stderr.write(CLEAR);
  },
  debug() {},
  child: () => recoveryLog,
  isLevelEnabled: (level) => level !== 'debug',
};

function complain({ file, err }: Fields, message: string): void {
  const [where, why] = [file === undefined ? '' : `${file}: `, err === undefined ? '' : ` (${err.message})`];
  process.stderr.write(`${process.stderr.isTTY ? CLEAR : ''}${where}${message}${why}\n`);
}

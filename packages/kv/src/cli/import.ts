import { createReadStream } from 'node:fs';
import { ProgramError, UsageError } from '@edgeloop/reactor/service';
import { type ImportTally, Importer } from '../transfer/importer.js';
import { FolderWriter } from '../transfer/folder-peer.js';
import { type Peer, ask, textOf } from '../transfer/peer.js';
import { PEER_HELP, PEER_OPTIONS, connectTo, refuseCredentials, withPeer } from './peer-options.js';
import { type Place, placeOf } from './place.js';
import { Progress, bytesText, counted } from './progress.js';
import { recoveryLog } from './recovery-log.js';
import { type SubCommandLine, readSubCommandLine } from './sub-command.js';

export const IMPORT_HELP = `edgeloop-kv import - run requests against a data folder or a server

Usage:
  edgeloop-kv import DIR [FILE] [--merge]
  edgeloop-kv import HOST:PORT|unix:PATH [FILE] [--merge] [--user NAME] [--pass PASSWORD]

FILE (default: standard input) has requests in the Redis protocol, as "edgeloop-kv export" writes them; an
append-only file of Redis's will do if it has no snapshot in front (aof-use-rdb-preamble no).
DIR is the data folder of a server that does not run, and is made if it is missing; all is on the disk when
the command ends. A request that fails is counted, and the others are run.

  --merge             Take a place that has keys already: requests run on top of them, and what an
                      export has replaces keys of the same names (default: such a place is refused)
${PEER_HELP}  -h, --help          Print this help

Exit status: 0 done, 1 failed or requests failed, 2 wrong arguments.
`;

const OPTIONS = { ...PEER_OPTIONS, merge: { type: 'boolean' } } as const;
const READ_BYTES = 1024 * 1024;

/** The command `edgeloop-kv import`. Errors: UsageError, ProgramError, those of the file system. */
export async function importData(argv: readonly string[]): Promise<void> {
  const line = readSubCommandLine(argv, OPTIONS, 2);
  if (line.options.has('help')) {
    process.stdout.write(IMPORT_HELP);
    return;
  }
  const [place, file = '-'] = line.operands;
  if (place === undefined) throw new UsageError('the place to import to is missing: DIR, HOST:PORT or unix:PATH');
  // Before a folder is made for nothing.
  const input = file === '-' ? process.stdin : await opened(file);
  const peer = await open(placeOf(place), line);
  await withPeer(peer, async () => {
    if (!line.options.has('merge')) await refuseKeys(peer);
    await runAll(peer, input);
  });
}

/** Error: NodeJS.ErrnoException. */
async function opened(file: string): Promise<AsyncIterable<Buffer>> {
  const stream = createReadStream(file, { highWaterMark: READ_BYTES });
  await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
  return stream;
}

async function open(place: Place, line: SubCommandLine): Promise<Peer> {
  if ('server' in place) return connectTo(place, line);
  refuseCredentials(line);
  return FolderWriter.open(place.folder, recoveryLog);
}

async function refuseKeys(peer: Peer): Promise<void> {
  const [, database] = /^(db\d+):keys=/m.exec(textOf(await ask(peer, 'INFO', 'keyspace'))) ?? [];
  if (database !== undefined) throw new ProgramError(`${peer.name} has keys already (${database}): empty it, or give --merge to run the requests on top of them`);
}

async function runAll(peer: Peer, input: AsyncIterable<Uint8Array>): Promise<void> {
  const importer = new Importer(peer);
  const { tally } = importer;
  const progress = new Progress(() => `imported ${counted(tally.requests, 'request')}, ${bytesText(tally.bytes)}`);
  try {
    await importer.run(input);
  } finally {
    progress.end();
    tellFailures(tally);
    process.stderr.write(`imported ${counted(tally.requests - tally.failed, 'request')}, ${bytesText(tally.bytes)} in ${progress.seconds}\n`);
  }
}

function tellFailures({ failed, failures }: ImportTally): void {
  if (failed === 0) return;
  process.exitCode = 1;
  const shown = failures.length < failed ? `, of which these are the first ${failures.length}` : '';
  process.stderr.write(`${counted(failed, 'request')} failed${shown}:\n${failures.map((failure) => `  ${failure}\n`).join('')}`);
}

import { UsageError } from '@edgeloop/reactor/service';
import { Exporter } from '../transfer/exporter.js';
import { FolderReader } from '../transfer/folder-peer.js';
import type { Peer } from '../transfer/peer.js';
import { type Output, fileOutput, standardOutput } from './output.js';
import { PEER_HELP, PEER_OPTIONS, connectTo, refuseCredentials, withPeer } from './peer-options.js';
import { type Place, placeOf, requireData } from './place.js';
import { Progress, bytesText, counted, percentText } from './progress.js';
import { recoveryLog } from './recovery-log.js';
import { type SubCommandLine, readSubCommandLine, textOf } from './sub-command.js';

export const EXPORT_HELP = `edgeloop-kv export - write all data as requests, which any Redis can load

Usage:
  edgeloop-kv export DIR [--output FILE] [--database N]
  edgeloop-kv export HOST:PORT|unix:PATH [--user NAME] [--pass PASSWORD] [--output FILE] [--database N]

DIR is the data folder of a server that does not run; a server that runs is exported by its address, and may
be a Redis from version 5 on. What comes out makes the same keys again, with their deadlines, and
functions: "edgeloop-kv import" loads it, and "redis-cli --pipe". Loading it twice does no harm.
What changes in a server meanwhile is exported as it was before or after, each key for itself.

  --output FILE       Write there (default: standard output). The file is written as FILE.part and
                      renamed when it is whole; only its owner may read it
  --database N        Only the database with this number, and functions
  --format resp       The only format, and the default: requests in the Redis protocol
${PEER_HELP}  -h, --help          Print this help

Exit status: 0 done, 1 failed or keys were left out, 2 wrong arguments.
`;

const OPTIONS = { ...PEER_OPTIONS, output: { type: 'string' }, database: { type: 'string' }, format: { type: 'string' } } as const;
/** Keys of other types than Redis's own, of which so many are shown. */
const MAX_OMISSIONS = 10;

/** The command `edgeloop-kv export`. Errors: UsageError, ProgramError, those of the file system. */
export async function exportData(argv: readonly string[]): Promise<void> {
  const line = readSubCommandLine(argv, OPTIONS, 1);
  if (line.options.has('help')) {
    process.stdout.write(EXPORT_HELP);
    return;
  }
  const [text] = line.operands;
  if (text === undefined) throw new UsageError('the place to export is missing: DIR, HOST:PORT or unix:PATH');
  if ((textOf(line, 'format') ?? 'resp') !== 'resp') throw new UsageError(`there is no format "${textOf(line, 'format')}", only resp`);
  const database = databaseOf(textOf(line, 'database'));
  const peer = await open(placeOf(text), line);
  const file = textOf(line, 'output') ?? '-';
  await withPeer(peer, async () => writeAll(peer, file === '-' ? standardOutput() : await fileOutput(file), database));
}

function databaseOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--database must be a whole number of at least 0, but is "${text}"`);
  return Number(text);
}

async function open(place: Place, line: SubCommandLine): Promise<Peer> {
  if ('server' in place) return connectTo(place, line);
  refuseCredentials(line);
  requireData(place.folder);
  return FolderReader.open(place.folder, recoveryLog);
}

async function writeAll(peer: Peer, output: Output, database: number | undefined): Promise<void> {
  const exporter = new Exporter(peer, output.write);
  const { tally } = exporter;
  const progress = new Progress(() => `exported ${counted(tally.keys, 'key')}, ${bytesText(tally.bytes)} ${percentText(tally.keys, tally.expectedKeys)}`);
  try {
    await exporter.run(database);
    await output.finish();
  } catch (error) {
    await output.abandon();
    if (!isSeenEnough(error)) throw error;
    return;
  } finally {
    progress.end();
  }
  const libraries = tally.functionLibraries === 0 ? '' : ` and ${counted(tally.functionLibraries, 'function library', 'function libraries')}`;
  process.stderr.write(`exported ${counted(tally.keys, 'key')} of ${counted(tally.databases, 'database')}${libraries}, ${bytesText(tally.bytes)} in ${progress.seconds}\n`);
  tellOmissions(tally.omissions);
}

/** Whoever reads what we write has ended, as `| head` does. */
function isSeenEnough(error: unknown): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function tellOmissions(omissions: readonly string[]): void {
  if (omissions.length === 0) return;
  process.exitCode = 1;
  const more = omissions.length > MAX_OMISSIONS ? `  and ${omissions.length - MAX_OMISSIONS} more\n` : '';
  process.stderr.write(`left out:\n${omissions.slice(0, MAX_OMISSIONS).map((omission) => `  ${omission}\n`).join('')}${more}`);
}

import { UsageError } from '@edgeloop/reactor/service';
import { NodeDisk } from '../disk/node-disk.js';
import { describeDamage } from '../durability/folder/damage.js';
import { type FolderReport, checkFolder } from '../durability/folder/folder-check.js';
import { type RepairStep, cut, planRepair, repair } from '../durability/folder/repair.js';
import { newStore } from '../transfer/offline-store.js';
import { describeReport, describeStep } from './check-report.js';
import { requireData } from './place.js';
import { Progress, percentText } from './progress.js';
import { readSubCommandLine } from './sub-command.js';

export const CHECK_HELP = `edgeloop-kv check - look whether a server can start with a data folder, and mend it

Usage:
  edgeloop-kv check DIR [--repair]

Reads all of DIR as a start would, with as much memory, and changes nothing. The server must not run.
An end of the log that a crash has torn is no damage: nothing in it was known to be on the disk, and
the next start cuts it off.

  --repair            Bring back the last state before the damage. What came later is put aside, in files
                      beside (log-2.cut-4711 is what stood at byte 4711 and behind it), and nothing is
                      deleted; copy the folder first all the same
  -h, --help          Print this help

Exit status: 0 a server can start, 1 it cannot, or the check failed, 2 wrong arguments.
`;

const OPTIONS = { repair: { type: 'boolean' } } as const;

/** The command `edgeloop-kv check`. Errors: UsageError, ProgramError, EL_STORE_LOCKED, EL_STORE_FAILED, those of the file system. */
export function checkData(argv: readonly string[]): Promise<void> {
  const line = readSubCommandLine(argv, OPTIONS, 1);
  if (line.options.has('help')) {
    process.stdout.write(CHECK_HELP);
    return Promise.resolve();
  }
  const [folder] = line.operands;
  if (folder === undefined) throw new UsageError('the folder to check is missing: DIR');
  requireData(folder);
  const disk = NodeDisk.openExisting(folder);
  try {
    if (line.options.has('repair')) mend(disk);
    else show(disk, look(disk));
  } finally {
    disk.close();
  }
  return Promise.resolve();
}

function look(disk: NodeDisk): FolderReport {
  const { server, registry } = newStore();
  const progress = new Progress();
  try {
    return checkFolder(disk, server, registry, (file, done, total) => progress.show(`${file}: ${percentText(done, total)} read`));
  } finally {
    progress.end();
  }
}

function show(disk: NodeDisk, report: FolderReport): void {
  process.stdout.write(describeReport(disk.folder, report));
  const [damage] = report.damages;
  if (damage === undefined) return;
  process.exitCode = 1;
  const plan = planRepair(disk, damage);
  if (typeof plan === 'string') process.stdout.write(`--repair cannot mend this: ${plan}\n`);
  else process.stdout.write(`--repair would\n${plan.map((step) => `  ${describeStep(step)}\n`).join('')}`);
}

/** Mends one thing after the other until a server can start: behind one, others come to light. */
function mend(disk: NodeDisk): void {
  let report = look(disk);
  for (let plan = planFor(disk, report); plan.length > 0; plan = planFor(disk, report)) {
    for (const damage of report.damages.slice(0, 1)) process.stdout.write(`damaged: ${describeDamage(damage)}\n`);
    repair(disk, plan);
    for (const step of plan) process.stdout.write(`  done: ${describeStep(step)}\n`);
    report = look(disk);
  }
  show(disk, report);
}

/** None where nothing is to be mended, or nothing can be. */
function planFor(disk: NodeDisk, { damages: [damage], files }: FolderReport): readonly RepairStep[] {
  if (damage !== undefined) {
    const plan = planRepair(disk, damage);
    return typeof plan === 'string' ? [] : plan;
  }
  return files.flatMap((file) => (file.kind === 'log' && file.end.kind === 'torn' ? [cut(disk, file.name, file.end.position)] : []));
}

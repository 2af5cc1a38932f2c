import { describeDamage } from '../durability/folder/damage.js';
import type { FileReport, FolderReport } from '../durability/folder/folder-check.js';
import type { RepairStep } from '../durability/folder/repair.js';
import { bytesText, counted } from './progress.js';

const NAME_COLUMNS = 14;
const SIZE_COLUMNS = 12;

/** What `edgeloop-kv check` prints of a folder: a line for each file, then keys, and what is wrong. */
export function describeReport(folder: string, { files, damages, keys, leftovers }: FolderReport): string {
  const lines = [
    folder,
    ...files.map((file) => row(file.name, bytesText(file.bytes), contents(file))),
    ...leftovers.map((name) => row(name, '', 'left over: the next start removes it')),
    ...damages.map((damage) => `damaged: ${describeDamage(damage)}`),
    damages.length === 0 ? `whole: ${counted(keys, 'key')}` : `${counted(keys, 'key')} before the damage; no server can start`,
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, size: string, text: string): string {
  return `  ${name.padEnd(NAME_COLUMNS)}${size.padStart(SIZE_COLUMNS)}  ${text}`;
}

function contents(file: FileReport): string {
  if (file.kind === 'snapshot') return `${counted(file.keys, 'key')}${file.isWhole ? '' : ' before the damage'}`;
  const { records, effects, next, end } = file;
  const changes = effects === undefined ? '' : `, ${counted(effects, 'change')}`;
  return `${counted(records, 'record')}${changes}${next === undefined ? '' : `, goes on in log-${next}`}${ending(end)}`;
}

function ending(end: Extract<FileReport, { kind: 'log' }>['end']): string {
  if (end.kind === 'whole') return '';
  const rest = `${counted(end.size - end.position, 'byte')} from offset ${end.position} on`;
  return end.kind === 'corrupt' ? `; ${rest} cannot be read` : `; torn as by a crash, the next start cuts ${rest} off`;
}

/** As what follows "--repair would" or "done:". */
export function describeStep(step: RepairStep): string {
  switch (step.kind) {
    case 'cut': return `cut ${step.file} off at offset ${step.position}, and keep the ${counted(step.bytes, 'byte')} behind it as ${step.keptAs}`;
    case 'aside': return `put ${step.file} aside as ${step.keptAs}`;
    case 'begin': return `begin ${step.file} anew, with nothing in it`;
    case 'header': return `write the header of ${step.file} anew`;
  }
}

import type { CycleReport } from './load/cycle.js';
import type { CycleAccount } from './server/main.js';

/** What there is to tell of one cycle. */
export interface CycleFacts {
  readonly number: number;
  readonly endMinutes: number;
  readonly report: CycleReport;
  readonly account: CycleAccount;
}

interface Column {
  readonly title: string;
  cell(facts: CycleFacts): string;
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

/** The load, what the server had to bear at most, and what was left when all were gone. */
const COLUMNS: readonly Column[] = [
  { title: 'cycle', cell: ({ number }) => String(number) },
  { title: 'minutes', cell: ({ endMinutes }) => endMinutes.toFixed(2) },
  { title: 'visits', cell: ({ report }) => String(report.visits) },
  { title: 'rude', cell: ({ report }) => String(report.rude) },
  { title: 'MB back', cell: ({ report }) => megabytes(report.bytes) },
  { title: 'most conns', cell: ({ account }) => String(account.peaks.connections) },
  { title: 'queued MB', cell: ({ account }) => megabytes(account.peaks.queuedBytes) },
  { title: '| fds', cell: ({ account }) => String(account.holdings.descriptors) },
  { title: 'in epoll', cell: ({ account }) => String(account.holdings.registrations) },
  { title: 'slots', cell: ({ account }) => String(account.holdings.slots) },
  { title: 'timers', cell: ({ account }) => String(account.holdings.timers) },
  { title: 'tasks', cell: ({ account }) => String(account.holdings.tasks) },
  { title: 'conns', cell: ({ account }) => String(account.holdings.connections) },
  { title: 'queued', cell: ({ account }) => String(account.holdings.queuedBytes) },
  { title: 'objects', cell: ({ account }) => String(account.memory.objects) },
  { title: 'heap MB', cell: ({ account }) => (account.memory.heap / 1024 / 1024).toFixed(3) },
  { title: 'ext MB', cell: ({ account }) => (account.memory.external / 1024 / 1024).toFixed(3) },
  { title: 'RSS MB', cell: ({ account }) => megabytes(account.memory.resident) },
];

const width = ({ title }: Column): number => Math.max(title.length, 7);

export function headLine(): string {
  return COLUMNS.map((column) => column.title.padStart(width(column))).join(' ');
}

export function cycleLine(facts: CycleFacts): string {
  return COLUMNS.map((column) => column.cell(facts).padStart(width(column))).join(' ');
}

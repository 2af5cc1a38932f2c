import type { Call, Command } from '../../command/call.js';
import { SECTIONS, type Section } from './info-sections.js';

export const info: Command = {
  name: 'info',
  arity: -1,
  flags: ['loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Tells of the server, its clients, its memory and its work.',
  complexity: 'O(1), but O(N) in the number of clients and databases',
  syntax: '[section [section ...]]',
  categories: ['dangerous'],
  execute(call) {
    const texts = sectionsOf(call).map((section) => print(section, call));
    call.reply.verbatim('txt', texts.join('\r\n'));
  },
};

/** The names of sections, in any case; without one those that are cheap to tell. */
function sectionsOf(call: Call): Section[] {
  const names = new Set(Array.from({ length: call.count - 1 }, (_, index) => call.latin1(index + 1).toLowerCase()));
  if (names.size === 0) names.add('default');
  const isChosen = ({ title, extent }: Section): boolean => (
    names.has(title.toLowerCase()) || names.has('everything') || (names.has('all') && extent !== 'everything') || (names.has('default') && extent === 'default')
  );
  return SECTIONS.filter(isChosen);
}

function print({ title, fields }: Section, call: Call): string {
  const lines = fields(call).map(([name, value]) => `${name}:${value}\r\n`);
  return `# ${title}\r\n${lines.join('')}`;
}

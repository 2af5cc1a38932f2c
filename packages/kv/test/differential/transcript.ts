/** Writes commands and replies as redis-cli takes and shows them. */
import type { Reply } from '../support/resp-decoder.js';
import type { Difference } from './duel.js';
import type { Step, Unit } from './sequence.js';

const LONGEST = 300;

/** The steps as lines to be pasted into redis-cli, with the connection in front wherever it changes. */
export function commandLines(units: readonly Unit[]): string {
  let connection = 0;
  const lines = units.flat().map((step) => {
    const change = step.connection === connection ? '' : `# connection ${step.connection}, ${step.connection % 2 === 1 ? 'RESP3' : 'RESP2'}\n  `;
    connection = step.connection;
    return `  ${change}${commandLine(step)}`;
  });
  return lines.join('\n');
}

function commandLine({ args, mode }: Step): string {
  return args.map(quote).join(' ') + (mode === undefined ? '' : `   # ${mode}`);
}

function quote(argument: string): string {
  if (/^[\w.:*+()-]+$/.test(argument)) return argument;
  const escaped = argument.replaceAll(/["\\]/g, '\\$&').replaceAll(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}

export function pairLines({ ours, theirs }: Difference): string {
  return `  this server: ${shorten(show(ours))}\n  redis:       ${shorten(show(theirs))}`;
}

function show(reply: Reply): string {
  return 'items' in reply ? `${reply.type}[${reply.items.map(show).join(', ')}]` : `${reply.type} ${quote(reply.value)}`;
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}

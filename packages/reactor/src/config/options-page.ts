/** The page of the reference that lists all settings of a command, in Markdown. */
import type { z } from 'zod';
import { CONFIG_VARIABLE } from './environment.js';
import { type Setting, sectionOf, settingsOf } from './settings.js';
import { flagText } from './value-text.js';

const COLUMNS = ['Key', 'Flag', 'Variable', 'Allowed', 'Default', 'Reloads', 'Meaning'];

/** `command` is what is typed: `edgeloop-echo server`. */
export function optionsPage(schema: z.ZodObject, command: string): string {
  const settings = settingsOf(schema);
  const sections = Object.entries(schema.shape).map(([name, field]) => sectionText(name, sectionOf(field)?.description, settings));
  return `${preface(command)}\n${sections.join('\n')}`;
}

function preface(command: string): string {
  return `# Options of \`${command}\`

This page is generated from the configuration's schema.

Each setting can be given on the command line, in the environment, and in a configuration file; where it is given more than
once, the command line counts more than the environment, that more than the file, and that more than the default. The file
is JSON, and named by \`--config FILE\` or \`${CONFIG_VARIABLE}\`:

\`\`\`json
{ "$schema": "./schema.json", "listen": { "port": 7000, "maxConnections": 1000 }, "log": { "level": "info" } }
\`\`\`

- \`--print-config\` prints all values in force, as a configuration file, and on standard error where each stands that is no
  default. A secret is shown as \`(redacted)\`, which is not accepted as one.
- \`--print-schema\` prints the JSON Schema that \`$schema\` may name, so that editors complete and check the file.
- A flag is written \`--name value\` or \`--name=value\`. One that is true or false is written \`--name\` or \`--no-name\`.
- A number whose flag has the word BYTES may have a unit there and in a variable: \`k\`, \`m\` and \`g\` count in thousands, \`kb\`, \`mb\` and \`gb\`
  in 1024s.
- Names with values are written \`name=value,name=value\` in a flag or a variable, and as an object in the file. They are not
  merged: the source that counts most gives all of them.
- What is wrong ends the command with status 2 and a line for each mistake. Keys, flags and variables that do not exist are
  mistakes, too. Kubernetes makes variables of a service's name: a pod beside a service named \`edgeloop\` needs
  \`enableServiceLinks: false\`.
- "Reloads" says whether a new value can take effect without a restart.
`;
}

function sectionText(name: string, description: string | undefined, settings: readonly Setting[]): string {
  const rows = settings.filter(({ path }) => path[0] === name).map((setting) => row(cells(setting)));
  return `## ${name}\n\n${description === undefined ? '' : `${description}\n\n`}${row(COLUMNS)}${row(COLUMNS.map(() => '---'))}${rows.join('')}`;
}

function cells(setting: Setting): string[] {
  const { key, flags, variable, allowed, reload, description, notWith, onlyWith } = setting;
  const company = [onlyWith && ` Only with \`${onlyWith}\`.`, notWith && ` Not with \`${notWith}\`.`].join('');
  return [
    code(key),
    flags.map((flag) => code(flagText(flag, setting))).join(' '),
    code(variable),
    allowed,
    defaultText(setting),
    reload === true ? 'yes' : 'no',
    `${description}${company}`,
  ];
}

function defaultText({ default: value, defaultWith }: Setting): string {
  const usual = value === undefined ? '' : code(JSON.stringify(value));
  return defaultWith === undefined ? usual : `${usual}, with ${code(defaultWith[0])} ${code(JSON.stringify(defaultWith[1]))}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

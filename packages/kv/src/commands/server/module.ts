import type { Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { ReplyError } from '../../command/reply-error.js';

const NOT_ALLOWED = new ReplyError(
  'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set '
  + 'this option in the configuration file, and then restart the server.',
);

const definition = {
  arity: -3,
  flags: ['admin', 'noscript', 'no_async_loading'],
  group: 'server',
  since: '4.0.0',
  complexity: 'O(1)',
  execute() {
    throw NOT_ALLOWED;
  },
} as const;

const list: Command = {
  ...definition,
  name: 'list',
  arity: 2,
  flags: ['admin', 'noscript'],
  summary: 'Answers which modules are loaded: none.',
  syntax: '',
  execute({ reply }) {
    reply.array(0);
  },
};

const load: Command = { ...definition, name: 'load', summary: 'Would load a module: an error.', syntax: 'path [arg ...]' };
const loadex: Command = { ...load, name: 'loadex', since: '7.0.0', syntax: 'path [CONFIG name value] [ARGS arg [arg ...]]' };
const unload: Command = { ...load, name: 'unload', arity: 3, summary: 'Would unload a module: an error.', syntax: 'name' };

export const module: Command = {
  ...definition,
  name: 'module',
  arity: -2,
  flags: [],
  summary: 'Says that there are no modules.',
  syntax: '',
  subcommands: [helpCommand('server', '5.0.0'), list, load, loadex, unload],
};

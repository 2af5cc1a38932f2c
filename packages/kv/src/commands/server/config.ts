import { globMatches } from '../../bytes/glob.js';
import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { quoted } from '../../command/quoted-argument.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { ParameterError } from '../../server/parameter.js';
import { PARAMETERS, type Parameter } from '../../server/parameters.js';

const definition = {
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '2.0.0',
} as const;

const get: Command = {
  ...definition,
  name: 'get',
  arity: -3,
  summary: 'Answers parameters by their names, or all that match a glob.',
  complexity: 'O(N) for N parameters',
  syntax: 'parameter [parameter ...]',
  execute(call) {
    const found = new Map<string, Parameter>();
    for (let i = 2; i < call.count; i++) {
      for (const [name, parameter] of matching(call, i)) {
        if (![...found.values()].includes(parameter)) found.set(name, parameter);
      }
    }
    call.reply.map(found.size);
    for (const [name, parameter] of found) {
      call.reply.text(name);
      call.reply.text(parameter.read(call.server));
    }
  },
};

const set: Command = {
  ...definition,
  name: 'set',
  arity: -4,
  summary: 'Sets parameters: all of them or, if one is wrong, none.',
  complexity: 'O(N) for N parameters',
  syntax: 'parameter value [parameter value ...]',
  isSecret: (call, index) => call.is(index - 1, 'REQUIREPASS'),
  execute(call) {
    if (call.count % 2 !== 0) throw SYNTAX;
    const given = new Map<Parameter, string>();
    for (let i = 2; i < call.count; i += 2) {
      const parameter = parameterAt(call, i);
      if (given.has(parameter)) throw failure(parameter, 'duplicate parameter');
      given.set(parameter, call.text(i + 1));
    }
    write(call, given);
    for (const parameter of given.keys()) parameter.apply?.(call.server);
    call.reply.ok();
  },
};

const resetstat: Command = {
  ...definition,
  name: 'resetstat',
  arity: 2,
  summary: 'Sets what INFO counts back to zero.',
  complexity: 'O(1)',
  syntax: '',
  execute(call) {
    call.server.resetStats();
    for (const command of call.registry.withSubcommands()) command.stats.reset();
    call.reply.ok();
  },
};

const rewrite: Command = {
  ...definition,
  name: 'rewrite',
  arity: 2,
  since: '2.8.0',
  summary: 'Would write the parameters to a configuration file: an error, as there is none.',
  complexity: 'O(1)',
  syntax: '',
  execute() {
    throw new ReplyError('ERR The server is running without a config file');
  },
};

export const config: Command = {
  name: 'config',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.0.0',
  summary: 'Tells and changes parameters.',
  complexity: 'Depends on the subcommand.',
  syntax: '',
  subcommands: [get, helpCommand('server', '5.0.0'), resetstat, rewrite, set],
  execute() {},
};

/** Who spells out a name gets it back as it was spelt. */
function matching(call: Call, index: number): (readonly [string, Parameter])[] {
  const pattern = call.copy(index);
  if (!/[*?[]/.test(call.latin1(index))) {
    const name = call.latin1(index);
    const parameter = PARAMETERS.get(name.toLowerCase());
    return parameter === undefined ? [] : [[name, parameter]];
  }
  return [...PARAMETERS].filter(([name]) => globMatches(pattern, 0, pattern.length, Buffer.from(name), 0, name.length, true));
}

function parameterAt(call: Call, index: number): Parameter {
  const parameter = PARAMETERS.get(call.latin1(index).toLowerCase());
  if (parameter === undefined) throw new ReplyError(`ERR Unknown option or number of arguments for CONFIG SET - '${quoted(call, index)}'`);
  return parameter;
}

/** Sets all values. What is set already when one turns out to be wrong is set back. */
function write(call: Call, given: ReadonlyMap<Parameter, string>): void {
  const undo: (() => void)[] = [];
  for (const [parameter, value] of given) {
    try {
      undo.unshift(parameter.write(call.server, value));
    } catch (error) {
      for (const restore of undo) restore();
      if (error instanceof ParameterError) throw failure(parameter, error.message);
      throw error;
    }
  }
}

function failure(parameter: Parameter, reason: string): ReplyError {
  return new ReplyError(`ERR CONFIG SET failed (possibly related to argument '${parameter.name}') - ${reason}`);
}

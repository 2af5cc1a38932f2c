import type { Call } from './call.js';
import { QUOTED_BYTES, quoted } from './quoted-argument.js';
import { ReplyError } from './reply-error.js';

/** The error of a subcommand whose arguments are not what it takes, which Redis does not tell from one that it does not know. */
export function wrongSubcommand(call: Call): ReplyError {
  const name = quoted(call, 1, QUOTED_BYTES);
  return new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${call.latin1(0).toUpperCase()} HELP.`);
}

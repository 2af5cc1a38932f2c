import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { quoted } from './stream-key.js';

/** Bytes of a name that an error repeats. */
const QUOTED_BYTES = 128;

/** The error of a subcommand whose arguments are not what it takes, which Redis does not tell from one that it does not know. */
export function wrongSubcommand(call: Call): ReplyError {
  const name = quoted(call, 1).slice(0, QUOTED_BYTES);
  return new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${call.latin1(0).toUpperCase()} HELP.`);
}

import { ProgramError, UsageError } from '@edgeloop/reactor/service';
import { ReplyError } from '../command/reply-error.js';
import type { Peer } from '../transfer/peer.js';
import { RemotePeer } from '../transfer/remote-peer.js';
import type { Place } from './place.js';
import { type SubCommandLine, textOf } from './sub-command.js';

/** What says who we are to a server. */
export const PEER_OPTIONS = { user: { type: 'string' }, pass: { type: 'string' } } as const;

export const PEER_HELP = `  --user NAME         Who to be for a server that asks (default: its default user)
  --pass PASSWORD     The password; others see it in the list of processes, but not if it stands
                      in the variable REDISCLI_AUTH, which redis-cli reads, too
`;

/** The server at a place. Errors: UsageError, ProgramError. */
export function connectTo({ server }: Extract<Place, { server: unknown }>, line: SubCommandLine): Promise<RemotePeer> {
  return RemotePeer.connect(server, { user: textOf(line, 'user'), password: textOf(line, 'pass') ?? process.env['REDISCLI_AUTH'] });
}

/** A folder asks nobody. Error: UsageError. */
export function refuseCredentials(line: SubCommandLine): void {
  const option = ['user', 'pass'].find((name) => line.options.has(name));
  if (option !== undefined) throw new UsageError(`--${option} is for a server, and a data folder asks nobody`);
}

/** Does something with a peer and closes it. Errors: those of `work`; ProgramError, for what the peer refuses. */
export async function withPeer<Result>(peer: Peer, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ReplyError) throw new ProgramError(`${peer.name}: ${error.message}`);
    throw error;
  } finally {
    await peer.close();
  }
}

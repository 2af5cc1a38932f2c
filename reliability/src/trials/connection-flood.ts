import type { Ending } from './field/field.js';
import type { Trial } from './trial.js';

/** Who calls and says nothing is hung up on after this long. */
const HANDSHAKE_MS = { full: 5000, brief: 1500 } as const;

export const connectionFlood: Trial = {
  name: 'connection-flood',
  provokes: 'connections that are made and closed as fast as it goes, beside callers that never say a word',
  expects: 'others are served all the while; the mute are hung up on by handshakeTimeoutMs; nothing is left',
  tools: ['cc'],
  async run(field) {
    const handshakeMs = field.extent.measured ? HANDSHAKE_MS.full : HANDSHAKE_MS.brief;
    const server = await field.serve({ flags: ['--listen-handshake-timeout-ms', String(handshakeMs)] });
    const mute = await field.callers(server, field.count(2000, 50));
    for (const caller of mute) caller.listens();
    await field.disturb(server, async (): Promise<Ending> => {
      const flood = field.load(server, '--churn', 8, field.extent.seconds + 0.2);
      return () => flood;
    });
    const over = await Promise.all(mute.map((caller) => caller.over()));
    field.expect('the mute are hung up on', over.every(Boolean), over.length);
    await field.expectMoved(server, 'handshakeTimeouts', mute.length);
    await field.expectMoved(server, 'endedInOrder', field.count(1000, 100));
    await field.expectRecovered(server);
  },
};

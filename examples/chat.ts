/**
 * A chat: each line goes to everybody else. Who reads too slowly misses lines, and holds up nobody: what waits for one
 * connection is bounded, and `write` says when it is enough.
 *
 * Start it with `node examples/dist/chat.js [port]`, then try `nc 127.0.0.1 7000` in several terminals.
 * Ctrl-C says good-bye to all of them and ends it.
 */
import { type Connection, LineDecoder, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

interface Guest {
  readonly lines: LineDecoder;
  missed: number;
  /** Whether lines are being left out, from the first `write` that answered false until the queue is short again. */
  slow: boolean;
}

function tell(guest: Connection<Guest>, text: string): void {
  const { id, state } = guest;
  if (state.slow) return void state.missed++;
  // This line is taken in any case; the answer is about the next ones.
  state.slow = !guest.write(text);
  if (state.slow) console.log(`${id} reads too slowly`);
}

function tellAll(text: string, except?: Connection<Guest>): void {
  for (const guest of room.connections()) if (guest !== except && guest.phase === 'open') tell(guest, text);
}

const chat = definePlugin({
  name: 'chat',
  options: z.strictObject({}),
  state: (): Guest => ({ lines: new LineDecoder({ maxBytes: 1024 }), missed: 0, slow: false }),
  setup: () => ({
    onOpen: (guest) => tellAll(`${guest.id} has come\n`, guest),
    onData(guest, chunk) {
      try {
        for (const line of guest.state.lines.decode(chunk)) tellAll(`${guest.id}: ${line.toString()}\n`, guest);
      } catch (error) {
        guest.destroy(error as Error);
      }
    },
    onDrain(guest) {
      const { missed } = guest.state;
      Object.assign(guest.state, { missed: 0, slow: false });
      if (missed > 0) tell(guest, `you have missed ${missed} lines\n`);
    },
    onClose: (guest) => tellAll(`${guest.id} has gone\n`, guest),
    // Called before the connections are ended: what is written here is sent first.
    onShutdown: () => tellAll('good-bye\n'),
  }),
});

const reactor = createReactor();
const room = reactor.use(chat);
// A guest who does not read is heard all the same.
const { address } = await room.listen({ port: Number(process.argv[2] ?? 7000), pauseOnBackpressure: false });
console.log(`chat on port ${address.port}`);
reactor.onSignal('SIGINT', () => void reactor.close({ deadlineMs: 5000 }));

/** The process of a crowd: connects as often as it is told to, and says what became of each connection. */
import { createInterface } from 'node:readline';
import { type Connection, createLog, createReactor } from '../../src/index.js';
import type { Outcome, Task } from './crowd.js';

const MESSAGE = 'what everybody says';
const DISMISSED = 'an end in order after ""';
const reactor = createReactor({ log: createLog({ level: 'silent' }).log });

for await (const line of createInterface(process.stdin)) console.log(JSON.stringify(await visit(JSON.parse(line) as Task)));
await reactor.close();

/** So many at a time; each one's end is the next one's beginning. They go to eight addresses, so that ports suffice. */
async function visit({ port, count, atOnce, order }: Task): Promise<Outcome> {
  const outcome: Outcome = { answered: 0, reset: 0, dismissed: 0, refused: 0, wrong: [] };
  let next = 0;
  const visitor = async () => {
    while (next < count) {
      const number = next++;
      try {
        await call(`127.0.0.${1 + (number % 8)}`, port, order?.at === number ? order.text : MESSAGE);
        outcome.answered++;
      } catch (error) {
        note(outcome, error as NodeJS.ErrnoException);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, visitor));
  return outcome;
}

function note(outcome: Outcome, { code, message, syscall }: NodeJS.ErrnoException): void {
  if (code === 'ECONNREFUSED' || syscall === 'connect') outcome.refused++;
  else if (message === DISMISSED) outcome.dismissed++;
  // A reset that is not read yet when a call is made shows in what the call says.
  else if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ENOTCONN') outcome.reset++;
  else outcome.wrong.push(message);
}

/** Says something, hears it, and leaves. Rejects with what came in between. */
function call(host: string, port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const leave = (reason: Error | undefined) => {
      if (reason !== undefined) reject(reason);
      else if (heard === text) resolve();
      else reject(new Error(`an end in order after ${JSON.stringify(heard)}`));
    };
    const onData = (connection: Connection, chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.length >= text.length) connection.end();
    };
    const hooks = { onOpen: (connection: Connection) => connection.write(text), onData, onClose: (_: Connection, reason: Error | undefined) => leave(reason) };
    reactor.connect({ host, port, idleTimeoutMs: 10_000 }, hooks).catch(reject);
  });
}

/**
 * A small line protocol: `PING`, `ECHO text` and `QUIT`. A decoder in the state of each connection cuts the chunks into
 * lines, keeps what is not complete, and refuses a line without end before it fills the memory.
 *
 * Start it with `node examples/dist/line-protocol.js [port]`, then try
 *   printf 'PING\nECHO hello\nQUIT\n' | nc -N 127.0.0.1 7000
 * Ctrl-C ends it.
 */
import { type Connection, EdgeloopError, LineDecoder, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

type Command = (connection: Connection, text: string) => void;

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['PING', (connection) => connection.write('PONG\n')],
  ['ECHO', (connection, text) => connection.write(`${text}\n`)],
  ['QUIT', (connection) => connection.end('BYE\n')],
]);

function obey(connection: Connection, line: string): void {
  const [name = '', ...words] = line.split(' ');
  const command = commands.get(name);
  if (command === undefined) connection.write(`ERR unknown command ${JSON.stringify(name)}\n`);
  else command(connection, words.join(' '));
}

const lineProtocol = definePlugin({
  name: 'line-protocol',
  options: z.strictObject({ maxLineBytes: z.int().positive().default(1024) }),
  state: ({ maxLineBytes }) => new LineDecoder({ maxBytes: maxLineBytes }),
  setup: () => ({
    onData(connection, chunk) {
      // After QUIT, or a line that is too long, the peer may still be sending.
      if (connection.phase !== 'open') return;
      try {
        for (const line of connection.state.decode(chunk)) {
          obey(connection, line.toString());
          if (connection.phase !== 'open') break;
        }
      } catch (error) {
        if (!(error instanceof EdgeloopError) || error.code !== 'EL_FRAME_TOO_LONG') throw error;
        connection.end(`ERR ${error.message}\n`);
      }
    },
  }),
});

const reactor = createReactor();
const { address } = await reactor.use(lineProtocol).listen({ port: Number(process.argv[2] ?? 7000) });
console.log(`line protocol on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());

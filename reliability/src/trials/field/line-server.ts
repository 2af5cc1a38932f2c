/**
 * A server of lines, for what an echo server cannot show, as it does not know where a message begins and ends. It takes the
 * flags of edgeloop-echo, and greets in its way.
 */
import { LineDecoder, type Reactor, definePlugin } from '@edgeloop/reactor';
import { listenOptionsOf, readCommandLine, serverSections, settingsOf } from '@edgeloop/reactor/config';
import { runProgram, runServerTask, runService, serverArguments } from '@edgeloop/reactor/service';
import { z } from 'zod';

const NAME = 'line-server';
const configuration = z.strictObject(serverSections);
type Settings = z.output<typeof configuration>;

const lines = definePlugin({
  name: 'lines',
  options: z.strictObject({}),
  state: () => new LineDecoder(),
  setup: () => ({
    onData(connection, chunk) {
      for (const line of connection.state.decode(chunk)) {
        connection.endMessage();
        connection.write(Buffer.concat([line, Buffer.from('\n')]));
      }
      if (connection.state.pendingBytes > 0) connection.beginMessage();
    },
  }),
});

await runProgram(NAME, async () => {
  const settings = settingsOf(configuration);
  const line = readCommandLine(settings, process.argv.slice(2));
  await runServerTask(configuration, serverArguments(settings, line.operands.slice(1), line), async (load) => {
    const open = (reactor: Reactor, { listen }: Settings) => reactor.use(lines).listen(listenOptionsOf(listen));
    const { listener, admin } = await runService({ name: NAME, version: '0', load, open });
    process.stdout.write(`lines on ${listener.address.address}:${listener.address.port} \nlive page and metrics on ${admin?.url}\nTry\n`);
  });
});

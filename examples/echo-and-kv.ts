/**
 * Two protocols in one reactor: an echo server and a key-value server share a loop, its limits, and the endpoint that shows
 * operators both. This is what `npm start` runs.
 *
 * Start it with `node examples/dist/echo-and-kv.js [--port 7000] [--kv-port 6380] [--kv-dir DIR] [--admin-port 7001]`; it says what to
 * try. `npm start` keeps what is stored in `data`, in the clone; without a folder it is in memory only.
 * It ends in order at Ctrl-C.
 */
import { echo } from '@edgeloop/echo';
import { kv } from '@edgeloop/kv';
import { registerKvMetrics } from '@edgeloop/kv/telemetry';
import type { ListenerHandle, Reactor } from '@edgeloop/reactor';
import { helpText, loadConfiguration, readCommandLine, serverSectionsOn, settingsOf } from '@edgeloop/reactor/config';
import { type ServiceTelemetry, runProgram, runService } from '@edgeloop/reactor/service';
import { z } from 'zod';

const port = z.int().min(0).max(65_535).default(6380).describe('Where the key-value server listens; 0 lets the kernel choose.');
const folder = z.string().default('').describe('The folder that the key-value server keeps its data in; empty for memory only.');
const schema = z.strictObject({ ...serverSectionsOn(7000), kv: z.strictObject({ port, dir: folder }).describe('The key-value server.').prefault({}) });
const settings = settingsOf(schema);
const commandLine = readCommandLine(settings, ['--admin-port=7001', ...process.argv.slice(2)]);

await runProgram('echo-and-kv', async () => {
  if (commandLine.switches.has('help')) return void process.stdout.write(helpText(settings));
  let store: ListenerHandle | undefined;
  const open = async (reactor: Reactor, { listen, kv: { port, dir } }: z.output<typeof schema>, { registry }: ServiceTelemetry): Promise<ListenerHandle> => {
    const host = reactor.use(kv, { dir });
    registerKvMetrics(registry, host.api);
    store = await host.listen({ host: listen.host, port });
    return reactor.use(echo).listen({ host: listen.host, port: listen.port });
  };
  const { listener, admin, settings: { kv: { dir } } } = await runService({ name: 'echo-and-kv', version: '0.1.0', load: () => loadConfiguration(schema, commandLine), open });
  process.stdout.write(`echo on port ${listener.address.port}, a key-value server on port ${store?.address.port}, its data ${dir === '' ? 'in memory' : `in ${dir}`}
live page and metrics of both on ${admin?.url}

Try, in other terminals:
  echo hello | nc -N 127.0.0.1 ${listener.address.port}
  redis-cli -p ${store?.address.port} set greeting hello
  redis-benchmark -p ${store?.address.port} -t set,get -n 100000 -P 16 -q      and watch the live page
Ctrl-C stops both.
`);
});

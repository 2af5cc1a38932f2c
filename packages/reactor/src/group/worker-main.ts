/** What runs in the thread of a worker. The thread ends when its reactor is closed, or by an error that nobody catches. */
import { parentPort, workerData } from 'node:worker_threads';
import { EdgeloopError, codeOf } from '../errors.js';
import { DedicatedHost } from '../host/dedicated.js';
import { EmbeddedHost } from '../host/embedded.js';
import { nativeKernel } from '../kernel/native-kernel.js';
import { Meters } from '../loop/meters.js';
import { Outbox } from '../loop/outbox.js';
import { Reactor } from '../reactor.js';
import { DescriptorLedger } from '../structures/descriptor-ledger.js';
import { SharedCount } from '../structures/shared-count.js';
import { createLog } from '../telemetry/pino-log.js';
import { bindToCpus } from './cpu-mask.js';
import { errorReport } from './error-report.js';
import { ledgered } from './ledgered-kernel.js';
import { importPlugin } from './plugin-source.js';
import { ownThread } from './thread-cpu.js';
import type { Command, ExitReport, Report, WorkerData, WorkerMessage } from './worker-data.js';
import { WorkerLoop } from './worker-loop.js';

const data = workerData as WorkerData;
const ledger = new DescriptorLedger(data.ledger);
const kernel = ledgered(nativeKernel(), ledger, data.index, data.epoll);
const outbox = new Outbox<WorkerMessage>(kernel, data.reports);

try {
  await start();
} catch (error) {
  report({ kind: 'failed', error: errorReport(error) });
  process.exit(1);
}

async function start(): Promise<void> {
  kernel.setThreadName(new TextEncoder().encode(`${data.threadName}/${data.index}`));
  if (data.cpus.length > 0) bindToCpus(kernel, data.cpus);
  const plugin = await importPlugin(data.plugin);
  const host = data.reactor.loop === 'dedicated' ? new DedicatedHost() : new EmbeddedHost();
  const { log: root, levels } = createLog(data.log);
  const log = root.child({ worker: data.index });
  const admitted = new SharedCount(data.admitted.reactor, data.index);
  const reactor = new Reactor({ kernel, host, log, meters: new Meters(data.meters), admitted }, data.reactor);
  const loop = new WorkerLoop({ data, kernel, ledger, reactor, levels, report }, plugin);
  const inbox = reactor.openOwnInbox<Command>((command) => loop.obey(command)).address();
  if (!report({ kind: 'started', inbox, thread: ownThread() })) void reactor.close();
  void reactor.closed.then((ended) => {
    // By Node's way, for the main thread's reactor may be closed already, and nobody read a message any more.
    parentPort?.postMessage({ exitReport: ended } satisfies ExitReport);
    // Whatever the plugin has left open of Node's would keep the thread.
    process.exit(0);
  });
}

/** Returns false if the main thread's reactor is closed: then nobody wants to know. */
function report(told: Report): boolean {
  try {
    outbox.post({ worker: data.index, life: data.life, report: told }, told.kind === 'started' ? [told.inbox.port] : []);
    return true;
  } catch (error) {
    if (!(error instanceof EdgeloopError) || codeOf(error) !== 'EL_INBOX_CLOSED') throw error;
    return false;
  }
}

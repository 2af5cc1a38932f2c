import { closeConnection, listConnections } from '../admin/connection-list.js';
import { type Kernel } from '../kernel/kernel.js';
import { lentListening } from '../net/listening-socket.js';
import type { ListenerHandle } from '../plugin/listener-handle.js';
import type { Plugin } from '../plugin/plugin.js';
import type { Reactor } from '../reactor.js';
import type { DescriptorLedger } from '../structures/descriptor-ledger.js';
import { DescriptorRing } from '../structures/descriptor-ring.js';
import { SharedCount } from '../structures/shared-count.js';
import type { LogLevels } from '../telemetry/log-levels.js';
import { WorkerListeners } from './worker-listeners.js';
import { errorReport } from './error-report.js';
import { groupId } from './listing.js';
import type { Command, Question, Report, WorkerData } from './worker-data.js';

export interface WorkerParts {
  readonly data: WorkerData;
  readonly kernel: Kernel;
  readonly ledger: DescriptorLedger;
  readonly reactor: Reactor;
  readonly levels: LogLevels;
  readonly report: (report: Report) => void;
}

/** The loop of a worker, which does what the main thread tells it. */
export class WorkerLoop {
  readonly #parts: WorkerParts;
  readonly #listeners: WorkerListeners;
  readonly #listener: ListenerHandle;

  /** Errors: EL_OPTION_INVALID and EL_PLUGIN_INVALID, if the plugin or its options are wrong. */
  constructor(parts: WorkerParts, plugin: Plugin) {
    this.#parts = parts;
    const { data, kernel, reactor } = parts;
    const admitted = new SharedCount(data.admitted.listener, data.index);
    const { entrance, listener } = reactor.use(plugin, data.plugin.options).admit(
      data.listen,
      (acceptor, { loop, reserve }, options) => new WorkerListeners({ loop, reserve, kernel, acceptor, options }),
      admitted,
    );
    this.#listeners = entrance;
    this.#listener = listener;
  }

  obey(command: Command): void {
    switch (command.kind) {
      case 'serve':
        this.#listeners.serve(command.fd, command.exclusive);
        return;
      case 'leave':
        this.#listeners.leave(command.fd);
        return;
      case 'take-in':
        this.#takeIn(command);
        return;
      case 'drain':
        this.#drain(command.deadlineMs);
        return;
      case 'set-levels':
        this.#parts.levels.reset(command.settings.level, command.settings.levels);
        return;
      case 'ask':
        this.#answer(command.id, command.question);
    }
  }

  #takeIn({ fd, doorbell, ring, capacity }: Extract<Command, { kind: 'take-in' }>): void {
    const { data, kernel, ledger } = this.#parts;
    const { address } = lentListening(kernel, fd);
    this.#listeners.takeIn({ ring: new DescriptorRing(capacity, ring), doorbell, ledger, owner: data.index, address });
  }

  /** Who waits at a door is let in before it closes, so that nobody is lost. */
  #drain(deadlineMs: number): void {
    const { reactor, report } = this.#parts;
    void reactor.close({ deadlineMs });
    this.#listeners.close();
    report({ kind: 'draining' });
  }

  #answer(id: number, question: Question): void {
    const { report } = this.#parts;
    try {
      report({ kind: 'answer', id, value: this.#answerTo(question) });
    } catch (error) {
      report({ kind: 'refusal', id, error: errorReport(error) });
    }
  }

  #answerTo(question: Question): unknown {
    const { reactor, data } = this.#parts;
    switch (question.about) {
      case 'readiness':
        return undefined;
      case 'reconfigure':
        reactor.reconfigure(question.reactor);
        this.#listener.reconfigure(question.listener);
        return undefined;
      case 'levels':
        return this.#parts.levels.get();
      case 'connections':
        return listConnections(reactor, question.query, (connection) => groupId({ worker: data.index, life: data.life, connection }));
      case 'close':
        return closeConnection(reactor, question.connection, reactor.log, question.from);
    }
  }
}

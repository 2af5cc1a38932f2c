import type { Hooks, Trigger } from '../../../src/index.js';
import { Outbox } from '../../../src/loop/outbox.js';
import type { SocketConnection } from '../../../src/net/socket-connection.js';
import { TRIGGERS } from '../setting.js';
import { dials } from './dials.js';
import type { Scenario } from './scenario.js';

/** So little that what is written waits. */
const NARROW = { sendBufferBytes: 2000, receiveBufferBytes: 2000 };
const LARGE = 12_000;

const echo: Hooks<undefined> = { onData: (connection, chunk) => void connection.write(chunk) };

const echoes = (trigger: Trigger, loop: 'embedded' | 'dedicated' = 'embedded'): Scenario => ({
  name: `echo, ${trigger}, ${loop}`,
  options: { reactor: { loop } },
  thorough: true,
  async act(stage) {
    // What the admin endpoint asks of a connection, too.
    const onOpen: Hooks<undefined>['onOpen'] = (connection) => void [connection.localAddress, (connection as SocketConnection<undefined>).tcpInfo];
    await stage.listen({ ...echo, onOpen }, { trigger });
    const bystander = stage.client('before', 'before and after');
    await stage.simulation.settle();
    await stage.exchange('hello');
    await stage.exchange('longer than a receive brings at once'.repeat(150));
    bystander.send(' and after');
    bystander.end();
    await stage.served();
    stage.stranger('stays until the reactor is closed');
    await stage.recovers('fresh');
    await stage.close();
  },
});

const backpressure = (trigger: Trigger): Scenario => ({
  name: `backpressure, ${trigger}`,
  options: { conditions: NARROW },
  async act(stage) {
    const large = Buffer.alloc(LARGE, 'x');
    await stage.listen(
      {
        onData: (connection, chunk) => void connection.write(String(chunk) === 'large' ? large : chunk),
        onDrain: (connection) => connection.end('drained'),
      },
      { trigger, highWaterBytes: 4000, lowWaterBytes: 1000, writeTimeoutMs: 5000 },
    );
    const slow = stage.client('large', Buffer.concat([large, Buffer.from('drained')]));
    slow.pause();
    await stage.simulation.settle();
    await stage.exchange('meanwhile');
    slow.resume();
    await stage.simulation.settle();
    slow.end();
    await stage.served();
    await stage.recovers('fresh');
    await stage.close();
  },
});

const halfCloses = (trigger: Trigger): Scenario => ({
  name: `half-closes, ${trigger}`,
  async act(stage) {
    const { reactor } = stage.simulation;
    await stage.listen(
      {
        onData: (connection, chunk) => (String(chunk) === 'bye' ? connection.end('farewell') : void connection.write(chunk)),
        async onHalfClose(connection) {
          if (connection.phase !== 'open') return;
          await reactor.delay(5);
          connection.write('late');
        },
      },
      { trigger },
    );
    const ended = stage.client('bye', 'farewell');
    await stage.exchange('first', 'firstlate');
    await stage.simulation.settle();
    ended.end();
    await stage.served();
    await stage.recovers('fresh', 'freshlate');
    await stage.close();
  },
});

const resets = (trigger: Trigger): Scenario => ({
  name: `resets, ${trigger}`,
  options: { conditions: NARROW },
  async act(stage) {
    await stage.listen(
      {
        onData(connection, chunk) {
          if (String(chunk) === 'fresh' || String(chunk) === 'calm') return void connection.write(chunk);
          connection.write(Buffer.alloc(LARGE));
          if (String(chunk) === 'destroy') connection.destroy();
        },
      },
      { trigger },
    );
    const bystander = stage.client('calm');
    await stage.simulation.settle();
    const [silent, unread] = [stage.stranger(), stage.stranger('write')];
    unread.pause();
    stage.stranger('destroy');
    await stage.simulation.settle();
    silent.reset();
    unread.reset();
    await stage.simulation.settle();
    bystander.end();
    await stage.served();
    await stage.recovers('fresh');
    await stage.close();
  },
});

const shortage = (trigger: Trigger): Scenario => ({
  name: `a shortage of descriptors, ${trigger}`,
  async act(stage) {
    await stage.listen(echo, { trigger });
    const { descriptors } = stage.simulation.kernel;
    const bystander = stage.client('calm');
    await stage.simulation.advance(150);
    const { limit } = descriptors;
    descriptors.limit = descriptors.next;
    stage.stranger('is shed');
    await stage.simulation.advance(50);
    stage.stranger('comes while accepting rests');
    await stage.simulation.advance(200);
    descriptors.limit = limit;
    bystander.end();
    await stage.served();
    await stage.recovers('fresh');
    await stage.close();
  },
});

const changes: Scenario = {
  name: 'limits that change',
  options: { conditions: NARROW },
  async act(stage) {
    const { reactor } = stage.simulation;
    const listener = await stage.listen(
      { onData: (connection, chunk) => void connection.write(String(chunk) === 'large' ? Buffer.alloc(LARGE) : chunk) },
      { trigger: 'level', keepAliveSeconds: 10, userTimeoutMs: 1000, reusePort: true },
    );
    const bystander = stage.client('calm');
    stage.stranger('large').pause();
    stage.stranger('idle');
    await stage.simulation.settle();
    listener.reconfigure({ maxQueuedBytes: 9000, highWaterBytes: 8000, lowWaterBytes: 100, maxConnectionsPerAddress: 4 });
    reactor.reconfigure({ maxConnections: 3 });
    await stage.simulation.settle();
    bystander.end();
    await stage.served();
    listener.reconfigure({ idleTimeoutMs: 20 });
    await stage.simulation.advance(50);
    listener.reconfigure({ maxConnectionsPerAddress: 1 });
    await stage.recovers('fresh');
    listener.close();
    await stage.close();
  },
};

const shutdown = (trigger: Trigger): Scenario => ({
  name: `an orderly end, ${trigger}`,
  async act(stage) {
    const { reactor } = stage.simulation;
    await stage.listen(
      {
        async onData(connection, chunk) {
          const copy = Buffer.from(chunk);
          await reactor.delay(30);
          connection.write(copy);
        },
      },
      { trigger },
    );
    stage.stranger().end();
    stage.stranger();
    stage.client('under way');
    await stage.simulation.settle();
    stage.client('in the backlog');
    stage.simulation.world.timeline.passTo(stage.simulation.world.timeline.nowNs + 1e6);
    await stage.close(1000);
    await stage.served();
  },
});

const datagrams: Scenario = {
  name: 'datagrams',
  async act(stage) {
    const { reactor } = stage.simulation;
    let echoed = 0;
    const open = (port: number, receive: Parameters<typeof reactor.openDatagram>[1]) =>
      stage.attempt(() => reactor.openDatagram({ port, reusePort: true, broadcast: true }, receive));
    const server = await open(5000, (socket, payload, sender) => void socket.send(payload, sender));
    const client = await open(5001, () => echoed++);
    await stage.repeat(() => void client.send('ping', server.address), () => echoed > 0);
    for (let i = 0; i < 3; i++) client.send(`burst ${i}`, server.address);
    await stage.simulation.settle();
    client.close();
    const [before, successor] = [echoed, await open(5002, () => echoed++)];
    await stage.repeat(() => void successor.send('fresh', server.address), () => echoed > before);
    await stage.close();
  },
};

const timers: Scenario = {
  name: 'timers and tasks',
  async act(stage) {
    const { reactor } = stage.simulation;
    const calls = { timeout: 0, interval: 0, delay: 0, task: 0 };
    reactor.setTimeout(() => calls.timeout++, 10);
    const interval = reactor.setInterval(() => calls.interval++, 20);
    void reactor.delay(30).then(() => calls.delay++);
    reactor.post(() => calls.task++);
    await stage.simulation.advance(50);
    interval.cancel();
    const missed = Object.entries(calls).filter(([, count]) => count === 0).map(([what]) => what);
    if (missed.length > 0) throw new Error(`not called: ${missed.join(', ')}`);
    await stage.close();
  },
};

const signals: Scenario = {
  name: 'signals',
  async act(stage) {
    const { reactor, kernel } = stage.simulation;
    const heard: string[] = [];
    const listen = (signal: NodeJS.Signals) => stage.attempt(() => reactor.onSignal(signal, ({ name }) => heard.push(name)));
    const hangUp = await listen('SIGHUP');
    const user = await listen('SIGUSR2');
    kernel.raise(1);
    kernel.raise(12);
    await stage.simulation.settle();
    hangUp.close();
    kernel.raise(12);
    await stage.simulation.settle();
    if (heard.join() !== 'SIGHUP,SIGUSR2,SIGUSR2') throw new Error(`heard ${heard.join()}`);
    user.close();
    await listen('SIGHUP');
    await listen('SIGUSR2');
    await stage.close();
  },
};

const inboxes: Scenario = {
  name: 'messages of other threads',
  async act(stage) {
    const { reactor } = stage.simulation;
    const received: string[] = [];
    const inbox = await stage.attempt(() => reactor.openInbox<string>((message) => received.push(message)));
    const outbox = await stage.attempt(() => new Outbox<string>(stage.kernel, inbox.address()));
    for (const message of ['a', 'b', 'c']) {
      outbox.post(message);
      await stage.simulation.settle();
    }
    if (received.join() !== 'a,b,c') throw new Error(`received ${received.join()}`);
    outbox.close();
    inbox.close();
    await stage.attempt(() => reactor.openInbox(() => {}));
    await stage.close();
  },
};

export const SCENARIOS: readonly Scenario[] = [
  ...TRIGGERS.flatMap((trigger) => [
    echoes(trigger), backpressure(trigger), halfCloses(trigger), resets(trigger), shortage(trigger), shutdown(trigger),
  ]),
  echoes('edge', 'dedicated'),
  changes,
  ...dials,
  datagrams,
  timers,
  signals,
  inboxes,
];

import type { Connection } from '../../../src/index.js';
import type { TcpConnect } from '../../../src/plugin/plugin-host.js';
import type { Scenario } from './scenario.js';
import type { Stage } from './stage.js';

const UPSTREAM = 9000;
const NOBODY = 9999;

const bothFamilies = async (): Promise<string[]> => ['::1', '127.0.0.1'];

/** Dials, has its word echoed, and ends; whichever of it fails is tried again. */
function talk(stage: Stage, options: Partial<TcpConnect> = {}): Promise<void> {
  return stage.attempt(async () => {
    let [received, close] = ['', (_reason?: Error): void => {}];
    const closed = new Promise<Error | undefined>((resolve) => (close = resolve));
    const hooks = stage.watched({
      onData: (_connection, chunk) => void (received += String(chunk)),
      onClose: (_connection, reason) => close(reason),
    });
    const connection: Connection<undefined> = await stage.simulation.reactor.connect({ host: '127.0.0.1', port: UPSTREAM, ...options }, hooks);
    connection.end('hello');
    const reason = await closed;
    if (reason !== undefined) throw reason;
    if (received !== 'hello') throw new Error(`the upstream's echo was "${received}"`);
  });
}

/** Dials what cannot be reached, and wants to be told so. */
async function fails(stage: Stage, codes: readonly string[], options: Partial<TcpConnect>): Promise<void> {
  await stage.attempt(async () => {
    const error: unknown = await stage.simulation.reactor.connect({ host: '127.0.0.1', port: UPSTREAM, ...options }, {}).then(
      () => new Error('the dial has succeeded'),
      (reason: unknown) => reason,
    );
    if (!codes.includes((error as { code: string }).code) && (error as Error).name !== 'AbortError') throw error;
  });
}

function upstream(stage: Stage, host = '127.0.0.1'): void {
  stage.simulation.listen({ port: UPSTREAM, host }, { onData: (peer, chunk) => peer.send(chunk), onEnd: (peer) => peer.end() });
}

const reached: Scenario = {
  name: 'dials that succeed, or are refused',
  async act(stage) {
    upstream(stage);
    await talk(stage, { trigger: 'level', keepAliveSeconds: 5 });
    await fails(stage, ['ECONNREFUSED'], { port: NOBODY });
    // Nobody listens at the first address.
    await talk(stage, { host: 'both.example', lookup: bothFamilies });
    await talk(stage);
    await stage.close();
  },
};

/** While requests to connect are lost, nobody answers. */
const unanswered: Scenario = {
  name: 'dials that nobody answers',
  async act(stage) {
    const { world, reactor } = stage.simulation;
    const fair = world.conditions;
    upstream(stage);
    upstream(stage, '::1');
    world.conditions = { ...fair, lostConnects: 1 };
    await fails(stage, ['EL_CONNECT_TIMEOUT'], { connectTimeoutMs: 50 });
    const aborted = new AbortController();
    reactor.setTimeout(() => aborted.abort(), 20);
    await fails(stage, [], { signal: aborted.signal });
    // The second address is tried when the head start of the first is over, and answers first.
    reactor.setTimeout(() => (world.conditions = fair), 30);
    await talk(stage, { host: 'both.example', lookup: bothFamilies, attemptDelayMs: 50 });
    await talk(stage, { host: '::1' });
    await stage.close();
  },
};

export const dials: readonly Scenario[] = [reached, unanswered];

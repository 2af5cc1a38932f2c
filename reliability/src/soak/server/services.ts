import { echo, echoDatagram } from '@edgeloop/echo';
import { kv } from '@edgeloop/kv';
import type { Reactor, Trigger } from '@edgeloop/reactor';
import { Gateway } from './gateway.js';
import type { Poster } from './poster.js';
import { PROXY_FLOW, useProxy } from './proxy.js';
import { requestPlugin } from './request-plugin.js';

/** Long enough for any client that works, also while it is stopped: so each of its connections has an alarm, and none rings. */
const PATIENT = { idleTimeoutMs: 60_000, handshakeTimeoutMs: 60_000, messageTimeoutMs: 60_000, writeTimeoutMs: 60_000 };
/** Where idle clients, and those that never read, are sent to be closed. */
const STRICT = { idleTimeoutMs: 300, handshakeTimeoutMs: 200, writeTimeoutMs: 250, lifetimeMs: 800 };

export type Service = 'echo-edge' | 'echo-level' | 'echo-oneshot' | 'requests' | 'gateway' | 'proxy' | 'kv' | 'strict' | 'datagrams';

/** Where each service listens, on the loopback address. */
export type Ports = Readonly<Record<Service, number>>;

export interface Services {
  readonly ports: Ports;
  readonly gateway: Gateway;
  /** Empties the key-value store, in which clients that were cut off have left keys. */
  emptyStore(): void;
}

/** Opens everything that the reactor is loaded with; all of it stays open to the end. */
export async function openServices(reactor: Reactor, poster: Poster): Promise<Services> {
  const echoes = reactor.use(echo);
  const echoPort = async (trigger: Trigger) => portOf(await echoes.listen({ port: 0, trigger, ...PATIENT }));
  const store = reactor.use(kv);
  // Now Lua is loaded: in the middle of a cycle there may be no descriptors to read it with.
  store.api.call('EVAL', 'return 1', '0');
  const requests = portOf(await reactor.use(requestPlugin({ reactor, poster })).listen({ port: 0, trigger: 'oneshot', ...PATIENT }));
  const gateway = new Gateway(reactor, requests);
  const ports = {
    'echo-edge': await echoPort('edge'),
    'echo-level': await echoPort('level'),
    'echo-oneshot': await echoPort('oneshot'),
    requests,
    gateway: portOf(await gateway.host.listen({ port: 0, ...PATIENT })),
    kv: portOf(await store.listen({ port: 0, ...PATIENT })),
    strict: portOf(await echoes.listen({ port: 0, ...STRICT })),
    datagrams: (await reactor.openDatagram({}, echoDatagram)).address.port,
  };
  const proxy = portOf(await useProxy(reactor, ports['echo-level']).listen({ port: 0, trigger: 'level', ...PROXY_FLOW }));
  return { ports: { ...ports, proxy }, gateway, emptyStore: () => void store.api.call('FLUSHALL') };
}

function portOf({ address }: { readonly address: { readonly port: number } }): number {
  return address.port;
}

import { EdgeloopError } from '../errors.js';
import type { Log } from '../log.js';
import { hostText, isLoopback } from '../net/address.js';
import { tcpListening } from '../net/endpoint.js';
import { ADMIN_CONNECTIONS } from '../limits.js';
import { listenOptions } from '../options.js';
import { resolveHost } from '../net/resolve.js';
import { type OptionsInput, parseOptions } from '../options-check.js';
import { adminOptions } from './admin-options.js';
import { Reactor } from '../reactor.js';
import type { MetricsRegistry } from '../telemetry/exposition.js';
import { AdminServer } from './admin-server.js';
import { Gate } from './gate.js';
import type { Levels, Observable } from './observed.js';
import { ObservedReactor } from './observed-reactor.js';
import { PAGE_FOLDER, Page } from './page.js';
import { routesOf } from './routes.js';
import { statsOf } from './stats.js';

export type AdminOptions = OptionsInput<typeof adminOptions> & {
  /** What `Authorization: Bearer` must say, 16 characters or more. Required where the endpoint can be reached from other machines. */
  token?: string | undefined;
  /** For /metrics; may hold metrics of the program's own. Default: one with the metrics of the reactor, or of the group. */
  registry?: MetricsRegistry | undefined;
  /** For /loglevel. Those of a group's workers come by themselves. */
  levels?: Levels | undefined;
  /** For /config. Whatever is secret in it must be redacted already. */
  config?: (() => object) | undefined;
  /** Default: the reactor's. */
  log?: Log | undefined;
};

/** An open admin endpoint. */
export interface AdminHandle {
  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  readonly address: { readonly address: string; readonly port: number };
  /** The same for a browser of this machine: `http://127.0.0.1:9464/`. */
  readonly url: string;
  /** Accepts no more; resolves when the last answer is sent. The reactor's end does it too. */
  close(): Promise<void>;
}

/**
 * Opens the endpoint by which operators look into a reactor or a group of them, over HTTP: docs/reference/admin.md. It runs on
 * Node's own loop, beside the reactor's, answers until that is closed, and does not keep the process alive.
 * Errors: EL_OPTION_INVALID, EL_ADMIN_TOKEN_REQUIRED, EL_ADDRESS_UNRESOLVED, EL_REACTOR_CLOSED, and SystemErrors such as EADDRINUSE.
 */
export async function openAdmin(subject: Reactor | Observable, options: AdminOptions = {}): Promise<AdminHandle> {
  const observed = subject instanceof Reactor ? new ObservedReactor(subject, options.log) : subject.observe();
  // The token is apart from the rest, because the complaint about a wrong option shows its value.
  const { token, registry = observed.registry(), levels: own, config, log = observed.log, ...settings } = options;
  const { host, port, allowedHosts, name, version } = parseOptions(adminOptions, settings, 'openAdmin');
  const gate = new Gate(token, allowedHosts);
  const [ip] = await resolveHost(host);
  if (token === undefined && !isLoopback(ip)) throw tokenRequired(host);
  if (observed.draining) throw new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor is closed; an admin endpoint would have nothing to show');
  const stats = () => statsOf(observed, name, version);
  const routes = routesOf({ observed, log, page: new Page(PAGE_FOLDER), stats, registry, levels: observed.levels(own), config });
  const server = new AdminServer(routes, gate, log);
  const endpoint = tcpListening(ip, parseOptions(listenOptions, { host, port }, 'openAdmin'));
  const address = await server.listen(observed.sockets.lend('admin', endpoint, ADMIN_CONNECTIONS, () => void server.close()));
  log.info({ event: 'admin.listening', address: hostText(address.address, address.port) }, 'the admin endpoint answers');
  void observed.closed.then(() => server.close());
  return { address, url: urlOf(address), close: () => server.close() };
}

function tokenRequired(host: string): EdgeloopError {
  return new EdgeloopError(
    'EL_ADMIN_TOKEN_REQUIRED',
    `openAdmin: "host" is ${JSON.stringify(host)}, which other machines may reach; give a "token", or leave it on 127.0.0.1`,
  );
}

/** An address that stands for all of the machine's is reached at loopback, too. */
function urlOf({ address, port }: AdminHandle['address']): string {
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  return `http://${hostText(host, port)}/`;
}

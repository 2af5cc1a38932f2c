import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { SystemError, codeOf } from '../errors.js';
import { InvariantError } from '../invariant.js';
import {
  ADMIN_CONNECTIONS, ADMIN_HEAD_BYTES, ADMIN_HEAD_MS, ADMIN_LINGER_MS, ADMIN_REQUEST_MS, ADMIN_SWEEP_MS,
} from '../limits.js';
import type { Log } from '../log.js';
import { rethrowLater } from '../loop/rethrow.js';
import { addressText, hostText } from '../net/address.js';
import type { Lent } from '../net/socket-set.js';
import { readBody, targetOf } from './admin-request.js';
import { type Answer, Refusal } from './answer.js';
import type { Gate } from './gate.js';
import type { Route } from './routes.js';

/** On every answer. The page brings all it needs, so a browser need not load anything from elsewhere, or be framed. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The HTTP side of the endpoint: finds the route of a request, lets it through the gate and sends the answer. Owns the
 * listening socket and its connections, none of which keeps the process alive unless an answer is under way on it.
 */
export class AdminServer {
  readonly #routes: readonly Route[];
  readonly #gate: Gate;
  readonly #log: Log;
  readonly #server: Server;
  #lent: Lent | undefined;
  #closed: Promise<void> | undefined;

  constructor(routes: readonly Route[], gate: Gate, log: Log) {
    this.#routes = routes;
    this.#gate = gate;
    this.#log = log;
    const limits = {
      maxHeaderSize: ADMIN_HEAD_BYTES, headersTimeout: ADMIN_HEAD_MS, requestTimeout: ADMIN_REQUEST_MS, connectionsCheckingInterval: ADMIN_SWEEP_MS,
    };
    this.#server = createServer(limits, (request, response) => void this.#serve(request, response));
    this.#server.maxConnections = ADMIN_CONNECTIONS;
    // Silence in both directions: a reader that takes nothing of its answer.
    this.#server.setTimeout(ADMIN_REQUEST_MS);
    this.#server.on('connection', (socket: Socket) => socket.unref());
  }

  /** Listens at a socket, of which it gives back what it has been lent when it closes. Error: a SystemError. */
  async listen(lent: Lent): Promise<AddressInfo> {
    this.#lent = lent;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', ({ errno = 0, syscall = 'listen' }: NodeJS.ErrnoException) => {
        reject(new SystemError(errno, syscall, addressText(lent.address)));
      });
      this.#server.listen({ fd: lent.fd }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (err) => this.#log.error({ event: 'admin.failed', err }, 'the admin endpoint cannot accept'));
    this.#server.unref();
    return this.#server.address() as AddressInfo;
  }

  /** Accepts no more; resolves when the last answer is sent, or its time is up. */
  close(): Promise<void> {
    this.#lent?.close();
    this.#closed ??= new Promise((resolve) => {
      const timer = setTimeout(() => this.#server.closeAllConnections(), ADMIN_LINGER_MS);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.#closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    socket.ref();
    response.on('close', () => socket.unref());
    const answer = await this.#answer(request).catch((error: unknown) => this.#failed(error, request));
    // What is left of a body is not waited for.
    if (!request.complete) response.setHeader('Connection', 'close');
    response.writeHead(answer.status, { ...SECURITY_HEADERS, ...answer.headers, ...lengthOf(answer) });
    response.end(answer.body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method = '', headers, socket } = request;
    this.#gate.checkHost(request);
    const { path, query } = targetOf(request.url ?? '');
    const [route, id] = this.#find(path);
    const handler = route[methodOf(route, method)];
    if (!route.open) this.#gate.checkToken(request);
    const body = method === 'POST' ? await this.#posted(request) : undefined;
    const from = hostText(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    // methodOf has made sure of it.
    return (handler as NonNullable<typeof handler>)({ headers, query, id, body, from });
  }

  #posted(request: IncomingMessage): Promise<unknown> {
    this.#gate.checkOrigin(request);
    this.#gate.checkContentType(request);
    return readBody(request);
  }

  #find(path: string): [route: Route, id: string] {
    for (const route of this.#routes) {
      const match = route.path.exec(path);
      if (match !== null) return [route, match.groups?.['id'] ?? ''];
    }
    throw new Refusal('NOT_FOUND', 'there is nothing at this path; docs/reference/admin.md has a list of what there is');
  }

  #failed(error: unknown, { method, url }: IncomingMessage): Answer {
    if (error instanceof Refusal) return error.toAnswer();
    if (error instanceof InvariantError) rethrowLater(error);
    // The client has gone in the middle of its request: nobody is there to read the answer, and nothing is wrong here.
    if (codeOf(error) !== 'ECONNRESET') {
      this.#log.error({ event: 'admin.failed', method, url, err: error }, 'the admin endpoint could not answer');
    }
    return new Refusal('INTERNAL', 'this could not be answered; the log has the reason, as admin.failed').toAnswer();
  }
}

/** None of what has no body: of a 304 it would be taken for the length of the page (RFC 9110, section 8.6). */
function lengthOf({ status, body }: Answer): Record<string, string> {
  return status === 204 || status === 304 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
}

/** HEAD is a GET whose answer's body Node leaves out. */
function methodOf(route: Route, method: string): 'GET' | 'POST' {
  if (method === 'POST' && route.POST !== undefined) return 'POST';
  if ((method === 'GET' || method === 'HEAD') && route.GET !== undefined) return 'GET';
  const allowed = [...(route.GET === undefined ? [] : ['GET', 'HEAD']), ...(route.POST === undefined ? [] : ['POST'])].join(', ');
  throw new Refusal('METHOD_NOT_ALLOWED', `allowed here: ${allowed}`, { Allow: allowed });
}

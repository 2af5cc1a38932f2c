/** A stand-in for the admin endpoint: serves the built page as it does, with numbers that the test decides. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ConnectionEntry } from '../../../page/model/stats.js';
import { statsAfter } from './numbers.js';

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};
const BUILT = fileURLToPath(new URL('../../../page/', import.meta.url));
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class PageServer {
  connections: ConnectionEntry[] = [];
  /** How much the server is doing, from 0. */
  load = 1;
  draining = false;
  token: string | undefined;
  name = 'echo';
  /** What the page has asked for, in order: the query strings of its lists, and the ids it has closed. */
  readonly queries: URLSearchParams[] = [];
  readonly closes: number[] = [];
  /** Connections that are still listed, but can be closed no more. */
  readonly ended = new Set<number>();
  polls = 0;
  readonly #startedMs = performance.now();
  #server: Server | undefined;
  #port = 0;

  /** Listens, on the port it had before if it listened before. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Stops listening and cuts every connection off, as a process that dies does. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.#server?.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const file = FILES[url.pathname];
    if (file !== undefined) return this.#send(response, 200, await readFile(BUILT + file[0]), file[1]);
    if (url.pathname === '/favicon.ico') return this.#send(response, 204, '', 'image/x-icon');
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) return this.#refuse(response, 401, 'a token is needed');
    const closing = /^\/connections\/(\d+)\/close$/.exec(url.pathname);
    if (closing !== null) return this.#close(request, response, Number(closing[1]));
    if (url.pathname === '/connections') return this.#list(response, url.searchParams);
    this.polls += 1;
    return this.#json(response, 200, statsAfter((performance.now() - this.#startedMs) / 1000, this.load, { name: this.name, draining: this.draining, open: this.connections.length }));
  }

  #list(response: ServerResponse, query: URLSearchParams): void {
    this.queries.push(query);
    const field = query.get('sort') as keyof ConnectionEntry;
    const sign = query.get('order') === 'desc' ? -1 : 1;
    const search = query.get('q') ?? '';
    const matched = this.connections.filter(({ peer, plugin, state }) => `${peer} ${plugin} ${state}`.includes(search));
    const sorted = matched.toSorted((a, b) => sign * ((a[field] ?? 0) < (b[field] ?? 0) ? -1 : 1));
    this.#json(response, 200, { total: this.connections.length, matched: matched.length, connections: sorted.slice(0, Number(query.get('limit'))) });
  }

  #close(request: IncomingMessage, response: ServerResponse, id: number): void {
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') return this.#refuse(response, 415, 'POST application/json');
    this.closes.push(id);
    if (this.ended.has(id)) return this.#refuse(response, 404, `no connection has the id ${id}`);
    this.connections = this.connections.filter((connection) => connection.id !== id);
    this.#json(response, 202, { closing: id });
  }

  #refuse(response: ServerResponse, status: number, message: string): void {
    this.#json(response, status, { error: { code: 'EL_STUB', message } });
  }

  #json(response: ServerResponse, status: number, answer: unknown): void {
    this.#send(response, status, JSON.stringify(answer), 'application/json');
  }

  #send(response: ServerResponse, status: number, body: string | Buffer, type: string): void {
    response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' }).end(body);
  }
}

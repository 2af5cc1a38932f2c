/** What the tests of the admin endpoint share. */
import { connect } from 'node:net';
import type { Test } from 'tap';
import { type AdminHandle, type AdminOptions, openAdmin } from '../../src/admin/index.js';
import type { Observable } from '../../src/admin/observed.js';
import type { Reactor } from '../../src/index.js';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any -- tests look into it as it comes
}

/** An admin endpoint of a reactor or a group, closed when the test ends, and how to ask it. */
export async function administer(t: Test, subject: Reactor | Observable, options: AdminOptions = {}) {
  const admin = await openAdmin(subject, options);
  t.teardown(() => admin.close());
  return { admin, port: admin.address.port, ...callsTo(admin) };
}

export function callsTo({ address: { port } }: Pick<AdminHandle, 'address'>) {
  const ask = async (path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });
  return { ask, post };
}

/** Sends bytes as they are, and resolves with all that comes until the server closes. */
export function raw(t: Test, port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  t.teardown(() => socket.destroy());
  socket.write(bytes, 'latin1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  return new Promise((resolve) => socket.on('close', () => resolve(answer)).on('error', () => resolve(answer)));
}

/** A GET by hand, with other headers than fetch would send. */
export function rawGet(t: Test, port: number, path: string, ...headers: readonly string[]): Promise<string> {
  return raw(t, port, [`GET ${path} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n'));
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { EdgeloopError } from '../errors.js';
import { ADMIN_BODY_BYTES } from '../limits.js';
import { type OptionsOutput, type OptionsSchema, parseOptions } from '../options-check.js';
import { Refusal } from './answer.js';

/** A request as the routes see it: taken apart, and let in. */
export interface AdminRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, string>>;
  /** The part of the path that the route leaves open. */
  readonly id: string;
  /** What was posted; undefined without a body. */
  readonly body: unknown;
  /** Where the request comes from, for the log. */
  readonly from: string;
}

/** The path and the query of a request's target, which must be a path (RFC 9112, section 3.2.1). */
export function targetOf(url: string): { path: string; query: Record<string, string> } {
  if (!url.startsWith('/')) throw new Refusal('BAD_REQUEST', 'ask for a path, as in "GET /healthz"');
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  return { path: decoded(path), query: Object.fromEntries(new URLSearchParams(query)) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal('BAD_REQUEST', 'the path has a "%" without two hexadecimal digits that make UTF-8');
  }
}

/** Reads a body of JSON, of which there may be none. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > ADMIN_BODY_BYTES) throw new Refusal('BODY_TOO_LONG', `a body may have ${ADMIN_BODY_BYTES} bytes`, { Connection: 'close' });
    chunks.push(chunk as Buffer);
  }
  return length === 0 ? undefined : parsed(Buffer.concat(chunks).toString());
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new Refusal('BAD_REQUEST', 'the body is not JSON');
  }
}

/** parseOptions for what a request says: what is wrong with it is no error of ours. */
export function checked<Schema extends OptionsSchema>(schema: Schema, value: unknown, subject: string): OptionsOutput<Schema> {
  try {
    return parseOptions(schema, value, subject);
  } catch (error) {
    if (error instanceof EdgeloopError) throw new Refusal('EL_OPTION_INVALID', error.message);
    throw error;
  }
}

/** What the endpoint answers, before HTTP puts it on the wire. */

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What a request can be refused for, as `error.code` of the answer, with the HTTP status that goes with it. */
export const REFUSALS = {
  BAD_REQUEST: 400,
  EL_OPTION_INVALID: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN_HOST: 403,
  FORBIDDEN_ORIGIN: 403,
  NOT_FOUND: 404,
  NOT_PROVIDED: 404,
  UNKNOWN_COMPONENT: 404,
  UNKNOWN_CONNECTION: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LONG: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INTERNAL: 500,
  WORKER_SILENT: 503,
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** Thrown by whatever finds that a request cannot be obeyed; the server makes the answer of it. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  toAnswer(): Answer {
    return json({ error: { code: this.code, message: this.message } }, REFUSALS[this.code], this.headers);
  }
}

/** JSON tells the state of a moment, so nobody may keep it. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** `contentType` is that of a text in UTF-8. */
export function text(
  body: string | Buffer, contentType = 'text/plain; charset=utf-8', status = 200, headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store', ...headers }, body };
}

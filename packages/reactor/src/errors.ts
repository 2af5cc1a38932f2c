/** The errors that the world causes: each has a code, says what was wrong with which value, and what to do. */
import { getSystemErrorMap, getSystemErrorName } from 'node:util';

/** Every code of edgeloop's own, as docs/reference/errors.md explains them. */
export const ERROR_CODES = [
  'EL_ADDRESS_INVALID',
  'EL_ADDRESS_UNRESOLVED',
  'EL_ADMIN_TOKEN_REQUIRED',
  'EL_CLOSED_BY_OPERATOR',
  'EL_CONFIG_INVALID',
  'EL_CONNECTION_CLOSED',
  'EL_CONNECT_FAILED',
  'EL_CONNECT_TIMEOUT',
  'EL_DATA_INVALID',
  'EL_FRAME_TOO_LONG',
  'EL_HANDLER_FAILED',
  'EL_HANDSHAKE_TIMEOUT',
  'EL_IDLE_TIMEOUT',
  'EL_INBOX_CLOSED',
  'EL_LIBRARY_MISMATCH',
  'EL_LIBRARY_MISSING',
  'EL_LIFETIME_EXCEEDED',
  'EL_MESSAGE_TIMEOUT',
  'EL_OFFLOAD_FAILED',
  'EL_OFFLOAD_TIMEOUT',
  'EL_OPTION_INVALID',
  'EL_OUTPUT_LIMIT',
  'EL_PATH_TAKEN',
  'EL_PLATFORM_UNSUPPORTED',
  'EL_PLUGIN_INVALID',
  'EL_POOL_CLOSED',
  'EL_POOL_EXHAUSTED',
  'EL_POOL_RELEASE_INVALID',
  'EL_QUEUE_FULL',
  'EL_REACTOR_CLOSED',
  'EL_SIGNAL_TAKEN',
  'EL_SLOTS_EXHAUSTED',
  'EL_SLOW_CONSUMER',
  'EL_STORE_CORRUPT',
  'EL_STORE_FAILED',
  'EL_STORE_LOCKED',
  'EL_TAKEOVER_FAILED',
  'EL_TAKEOVER_MISMATCH',
  'EL_TAKEOVER_REFUSED',
  'EL_TASK_INVALID',
  'EL_USED_AFTER_CLOSE',
  'EL_WORKER_FAILED',
  'EL_WRITE_AFTER_END',
  'EL_WRITE_TIMEOUT',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export class EdgeloopError extends Error {
  override readonly name: string = 'EdgeloopError';

  constructor(
    /** One of {@link ERROR_CODES}. */
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What to do about the failures that a person can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'a port below 1024 takes CAP_NET_BIND_SERVICE, and a path the right to write there; grant it or choose another',
  EADDRINUSE: 'another socket is bound there; stop it or choose another port (0 lets the kernel choose) or path',
  EADDRNOTAVAIL: 'this machine has no such address; "ip addr" lists what it has',
  ECONNREFUSED: 'nothing listens there; check the host and the port, or the path',
  EMFILE: 'the process is out of descriptors; raise "ulimit -n" or close some',
  ENOENT: 'the path, or a folder in it, does not exist; check how it is spelt',
  ENFILE: 'the system is out of descriptors; raise fs.file-max or close some',
};

/** A system call failed. `code` is the errno's name, as in Node's own errors: `'ECONNRESET'`. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly code: string;

  constructor(
    /** Negative, as the kernel returns it and as Node writes it. */
    readonly errno: number,
    /** The call's name in section 2 of the manual. */
    readonly syscall: string,
    /** The address or path that the call was about, where there is one. */
    readonly address?: string,
  ) {
    const code = getSystemErrorName(errno);
    const text = getSystemErrorMap().get(errno)?.[1] ?? 'unknown error';
    const advice = ADVICE[code];
    super(`${syscall}${address === undefined ? '' : ` ${address}`}: ${code} (${text})${advice === undefined ? '' : `; ${advice}`}`);
    this.code = code;
  }
}

/**
 * The code of an error, ours or the system's; empty if it has none, as those of plugins may, or cannot be read: a getter that
 * throws would leave the connection half closed, and the loop in the middle of a batch.
 */
export function codeOf(error: unknown): string {
  try {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  } catch {
    return '';
  }
}

/** Passes a kernel result on, or throws the SystemError it stands for. */
export function check(result: number, syscall: string, address?: string): number {
  if (result < 0) throw new SystemError(result, syscall, address);
  return result;
}

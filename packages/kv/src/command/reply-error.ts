/** What a command answers instead of its reply: the code, a blank and the text, as clients take it apart. Nothing has been done. */
export class ReplyError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'ReplyError';
  }
}

/** Errors that are frequent or shared, made once: to make one takes a walk through the stack. */
export const WRONG_TYPE = new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value');
export const SYNTAX = new ReplyError('ERR syntax error');
export const NOT_AN_INTEGER = new ReplyError('ERR value is not an integer or out of range');
export const NOT_A_FLOAT = new ReplyError('ERR value is not a valid float');
export const NO_SUCH_KEY = new ReplyError('ERR no such key');
export const OVERFLOW = new ReplyError('ERR increment or decrement would overflow');
export const TOO_LONG = new ReplyError('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
export const OUT_OF_MEMORY = new ReplyError("OOM command not allowed when used memory > 'maxmemory'.");

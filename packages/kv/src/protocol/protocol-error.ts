/** What is wrong with a request: the limit that it is above, or that it is none. */
export type ProtocolFault = 'bulk_length' | 'multibulk_length' | 'inline_length' | 'unauthenticated' | 'malformed';

/** What a client sends is no request. It gets the text, and its connection is closed. */
export class ProtocolError extends Error {
  readonly fault: ProtocolFault;

  constructor(text: string, fault: ProtocolFault = 'malformed') {
    super(`Protocol error: ${text}`);
    this.name = 'ProtocolError';
    this.fault = fault;
  }
}

/** What a client sends is no request. It gets the text, and its connection is closed. */
export class ProtocolError extends Error {
  constructor(text: string) {
    super(`Protocol error: ${text}`);
    this.name = 'ProtocolError';
  }
}

/** What INFO counts since the start, or since CONFIG RESETSTAT. */
export class ServerStats {
  connectionsReceived = 0;
  connectionsRejected = 0;
  commandsProcessed = 0;
  errorReplies = 0;
  /** Of connections that are gone; less than 0 where those that are left had brought some before a reset. */
  inputBytes = 0;
  outputBytes = 0;
  /** Errors by their code, the first word of the reply. */
  readonly errorsByCode = new Map<string, number>();

  /** Counts an error reply by its text. */
  countError(text: string): void {
    this.errorReplies++;
    const blank = text.indexOf(' ');
    const code = blank < 0 ? text : text.slice(0, blank);
    this.errorsByCode.set(code, (this.errorsByCode.get(code) ?? 0) + 1);
  }

  reset(): void {
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
    this.commandsProcessed = 0;
    this.errorReplies = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.errorsByCode.clear();
  }
}

import type { CommandArguments } from './conversion/argument-list.js';

/** What the server is to a running script. Nothing here may wait: the script and the server share one thread. */
export interface ScriptHost {
  /**
   * Executes a command and returns its whole reply in RESP. The list is overwritten by the next command; the reply is read
   * before the next call. Refusals are replies too: "-ERR Unknown Redis command called from script".
   */
  call(command: CommandArguments): Uint8Array;
  /** Whether the user may run the command with these arguments; undefined for no such command. */
  mayCall(command: CommandArguments): boolean | undefined;
  /** redis.log. The level is 0 for debug to 3 for warning. */
  log(level: number, text: string): void;
  /** The protocol in which `call` replies from now on; each run starts with 2. */
  setProtocol(version: 2 | 3): void;
  /** The script answers an error of its own, and not one that a command has answered: it is counted by its text. */
  failed(text: string): void;
  /** The script has run longer than its limit. Asked again and again, until it ends; "kill" ends it at once. */
  overdue(elapsedMs: number): 'continue' | 'kill';
}

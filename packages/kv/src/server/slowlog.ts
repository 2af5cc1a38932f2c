import type { Client } from '../client/client.js';
import type { Arguments } from '../protocol/request.js';
import type { KvSettings } from './settings.js';

/** Of a long request so many arguments are kept, and of a long argument so many bytes. */
const MAX_ARGUMENTS = 32;
const MAX_ARGUMENT_BYTES = 128;

/** A command that took long. */
export interface SlowCommand {
  readonly id: number;
  /** Unix time. */
  readonly seconds: number;
  readonly microseconds: number;
  /** Each character is a byte. */
  readonly args: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** The commands that took longer than `slowlog-log-slower-than`, the latest first. */
export class Slowlog {
  readonly entries: SlowCommand[] = [];
  /** In ms; infinite where nothing is logged. */
  thresholdMs = Number.POSITIVE_INFINITY;
  #maxLength = 0;
  #lastId = 0;

  configure({ slowlogLogSlowerThan, slowlogMaxLen }: KvSettings): void {
    this.thresholdMs = slowlogLogSlowerThan < 0 ? Number.POSITIVE_INFINITY : slowlogLogSlowerThan / 1000;
    this.#maxLength = slowlogMaxLen;
    this.entries.splice(slowlogMaxLen);
  }

  add(client: Client, args: Arguments, durationMs: number, nowMs: number): void {
    this.entries.unshift({
      id: this.#lastId++,
      seconds: Math.floor(nowMs / 1000),
      microseconds: Math.round(durationMs * 1000),
      args: shortened(args),
      address: client.address,
      clientName: client.name,
    });
    this.entries.splice(this.#maxLength);
  }
}

function shortened({ source, count, starts, ends }: Arguments): string[] {
  const isCut = count > MAX_ARGUMENTS;
  const texts = Array.from({ length: isCut ? MAX_ARGUMENTS - 1 : count }, (_, index) => {
    const [start, end] = [starts[index] as number, ends[index] as number];
    const text = source.toString('latin1', start, Math.min(end, start + MAX_ARGUMENT_BYTES));
    const missing = end - start - MAX_ARGUMENT_BYTES;
    return missing > 0 ? `${text}... (${missing} more bytes)` : text;
  });
  if (isCut) texts.push(`... (${count - MAX_ARGUMENTS + 1} more arguments)`);
  return texts;
}

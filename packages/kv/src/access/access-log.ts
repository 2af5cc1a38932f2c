/** Why somebody was refused: the command, a key, a channel, or the password. */
export type DenialReason = 'command' | 'key' | 'channel' | 'auth';

/** Refusals that are alike within a minute are one entry. */
const SAME_MS = 60_000;

/** A refusal, or several that are alike. */
export interface AccessLogEntry {
  count: number;
  readonly reason: DenialReason;
  readonly context: 'toplevel' | 'multi' | 'lua';
  /** What was refused: the name of the command, the key or the channel, each character a byte. */
  readonly object: string;
  readonly username: string;
  atMs: number;
  clientInfo: string;
}

/** Who was refused what, the latest first: ACL LOG. */
export class AccessLog {
  readonly entries: AccessLogEntry[] = [];

  add(entry: AccessLogEntry, maxLength: number): void {
    const at = this.entries.findIndex((other) => isSame(entry, other));
    const [known] = at < 0 ? [] : this.entries.splice(at, 1);
    this.entries.unshift({ ...entry, count: (known?.count ?? 0) + 1 });
    this.entries.splice(maxLength);
  }
}

function isSame(one: AccessLogEntry, other: AccessLogEntry): boolean {
  return one.reason === other.reason && one.context === other.context && one.object === other.object && one.username === other.username
    && one.atMs - other.atMs < SAME_MS;
}

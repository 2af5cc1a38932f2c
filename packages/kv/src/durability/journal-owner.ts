/** Whom the journal tells. */
export interface JournalOwner {
  /** There is something to write: `write` is to be called before anything leaves this process, and before the turn ends. */
  wake(): void;
  /** A sync has begun, which Node's own loop tells the end of. */
  onSync(end: Promise<void>): void;
  /** All records up to this one would survive a power loss. */
  onSafe(record: number): void;
  /** The disk has no room; it is tried again until `onWritable` is called. */
  onWriteFailed(error: NodeJS.ErrnoException): void;
  onWritable(): void;
  /** The disk fails: what it has is not known any more, and no later sync could be believed, for the kernel may have dropped what it could not write. */
  onLost(error: NodeJS.ErrnoException): void;
  /** More has changed at once than a record can hold: none of it can be written, and it cannot be undone. */
  onOverfull(): void;
}

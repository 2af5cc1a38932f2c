import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Where an export goes. */
export interface Output {
  /** Resolves when there may be more. Error: NodeJS.ErrnoException. */
  readonly write: (bytes: Buffer) => Promise<void>;
  /** It is whole, and lasts. */
  finish(): Promise<void>;
  /** It will not be whole. */
  abandon(): Promise<void>;
}

/** The error comes with the write that it belongs to; a stream that has ended never drains. */
export function standardOutput(): Output {
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  return { write, finish: () => Promise.resolve(), abandon: () => Promise.resolve() };
}

/** A file that has this name when it is whole. Until then one that had it stays. Data is nobody else's business: mode 0600. */
export async function fileOutput(path: string): Promise<Output> {
  const part = `${path}.part`;
  const file = await open(part, 'w', 0o600);
  return {
    write: (bytes) => file.appendFile(bytes),
    async finish() {
      await file.sync();
      await file.close();
      await rename(part, path);
      await syncFolder(dirname(path));
    },
    async abandon() {
      await file.close();
      await rm(part, { force: true });
    },
  };
}

/** So that the new name lasts, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

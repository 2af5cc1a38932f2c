// What a long run is at, on a terminal alone: one line that is written over.

export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

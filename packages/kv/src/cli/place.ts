import { statSync } from 'node:fs';
import { UsageError } from '@edgeloop/reactor/service';
import type { Address } from '../transfer/remote-peer.js';

/** Where data is: in a data folder, or in a server that runs. */
export type Place = { readonly folder: string } | { readonly server: Address };

const MAX_PORT = 65535;

/** Reads `DIR`, `HOST:PORT` or `unix:PATH`. A folder whose name looks like a server's is written with a slash: `./backup:1`. Error: UsageError. */
export function placeOf(text: string): Place {
  if (text === '') throw new UsageError('the place is empty: write DIR, HOST:PORT or unix:PATH');
  if (/^rediss?:/.test(text)) throw new UsageError(`"${text}" is a URL: write HOST:PORT, and who you are with --user and --pass`);
  if (text.startsWith('unix:')) return { server: { path: text.slice('unix:'.length) } };
  const address = /^(?:\[(?<bracketed>[^\]/]+)\]|(?<plain>[^/:]+)):(?<port>\d+)$/.exec(text)?.groups;
  if (address === undefined) return { folder: text };
  const port = Number(address['port']);
  if (port === 0 || port > MAX_PORT) throw new UsageError(`the port in "${text}" must be from 1 to ${MAX_PORT}`);
  return { server: { host: address['bracketed'] ?? address['plain'] ?? '', port } };
}

/** What to say about a folder that should be there and is not; undefined if it is. */
export function missingFolder(folder: string): string | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return undefined;
  if (stats?.isSocket() === true) return `"${folder}" is a socket: write unix:${folder}`;
  if (stats !== undefined) return `"${folder}" is no folder`;
  return `there is no folder "${folder}"${/^[\w.-]+$/.test(folder) ? `; for a server, write ${folder}:6380` : ''}`;
}

import { readdirSync, statSync } from 'node:fs';
import { parseName } from '../durability/folder/file-names.js';
import { ProgramError, UsageError } from '@edgeloop/reactor/service';
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

/** For who has nothing to do where no data is: opening a folder would make it. Error: ProgramError. */
export function requireData(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) throw new ProgramError(`there is no folder "${folder}"${/^[\w.-]+$/.test(folder) ? `; for a server, write ${folder}:6380` : ''}`);
  if (stats.isSocket()) throw new ProgramError(`"${folder}" is a socket: write unix:${folder}`);
  if (!stats.isDirectory()) throw new ProgramError(`"${folder}" is no folder`);
  const hasData = readdirSync(folder).some((name) => parseName(name) !== undefined);
  if (!hasData) throw new ProgramError(`"${folder}" is no data folder: there is no log in it, and no snapshot`);
}

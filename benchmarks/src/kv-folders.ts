// Stores that keep a log, each in a folder of its own.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Peer, Session } from './benchmark.js';
import { type FsyncPolicy, withLog } from './kv-peers.js';
import { type Store, withStores } from './store.js';
import { withFolder } from './temporary-folder.js';

/** The folder of one store, below that of all. */
export function folderOf(parent: string, { name }: Peer): string {
  return join(parent, name);
}

/** Runs the body with an empty folder for each store, below a new one. */
export function withFolders<T>({ options, peers }: Session, body: (parent: string) => Promise<T>): Promise<T> {
  return withFolder(options.folder, (parent) => {
    for (const peer of peers) mkdirSync(folderOf(parent, peer));
    return body(parent);
  });
}

/** Starts all stores on empty folders, runs the body, stops them and removes what they have kept. */
export function withLoggedStores<T>(session: Session, policy: FsyncPolicy, body: (stores: readonly Store[]) => Promise<T>): Promise<T> {
  const { peers, cores } = session;
  return withFolders(session, (parent) => {
    const logged = peers.map((peer) => withLog(peer, folderOf(parent, peer), policy));
    return withStores(logged, cores, body);
  });
}

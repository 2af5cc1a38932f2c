/** Between settings one by one and the nested object that a file and a schema have. */
import type { Setting } from './settings.js';

export function treeOf(entries: Iterable<readonly [Setting, unknown]>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [{ path }, value] of entries) {
    let section = root;
    for (const name of path.slice(0, -1)) section = (section[name] ??= {}) as Record<string, unknown>;
    section[path.at(-1) as string] = value;
  }
  return root;
}

export function valueAt(tree: unknown, { path }: Setting): unknown {
  return path.reduce((inside, name) => (inside as Record<string, unknown>)[name], tree);
}

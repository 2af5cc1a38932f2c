import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { AdminRequest } from './admin-request.js';
import { type Answer, text } from './answer.js';

/** Where the build puts the live page; this file runs from dist/src/admin. */
export const PAGE_FOLDER = new URL('../../page/', import.meta.url);

const CONTENT_TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
} as const;

export type PageFile = keyof typeof CONTENT_TYPES;

interface Loaded {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** The live page's files, read once: a build that goes on meanwhile is not served half. */
export class Page {
  readonly #files = new Map<PageFile, Loaded>();

  constructor(folder: URL) {
    for (const name of Object.keys(CONTENT_TYPES) as PageFile[]) {
      const path = new URL(name, folder);
      if (!existsSync(path)) continue;
      const bytes = readFileSync(path);
      this.#files.set(name, { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` });
    }
  }

  /** Browsers keep the file but ask each time, so that a new version is seen at once. */
  answer(name: PageFile, { headers }: AdminRequest): Answer {
    const file = this.#files.get(name);
    if (file === undefined) return text(`The live page is not built (${name} is missing); build it with "npm run build".\n`, undefined, 503);
    const caching = { ETag: file.etag, 'Cache-Control': 'no-cache' };
    if (isKnown(headers['if-none-match'], file.etag)) return text('', CONTENT_TYPES[name], 304, caching);
    return text(file.bytes, CONTENT_TYPES[name], 200, caching);
  }
}

/** If-None-Match, RFC 9110, section 13.1.2. */
function isKnown(header: string | undefined, etag: string): boolean {
  const known = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}

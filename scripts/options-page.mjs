/** Writes the pages of options in docs/reference anew, from the schemas of the configurations. A test of each says when that is due. */
import { writeFileSync } from 'node:fs';
import { OPTIONS_PAGE as ECHO } from '../packages/echo/dist/src/options-page.js';
import { OPTIONS_PAGE as KV } from '../packages/kv/dist/src/cli/options-page.js';

for (const [name, page] of Object.entries({ options: ECHO, 'kv-options': KV })) {
  writeFileSync(new URL(`../docs/reference/${name}.md`, import.meta.url), page);
}

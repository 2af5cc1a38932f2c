/** Writes docs/reference/options.md anew, from the schema of the configuration. A test says when that is due. */
import { writeFileSync } from 'node:fs';
import { OPTIONS_PAGE } from '../packages/echo/dist/src/options-page.js';

writeFileSync(new URL('../docs/reference/options.md', import.meta.url), OPTIONS_PAGE);

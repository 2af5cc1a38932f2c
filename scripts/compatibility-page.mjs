/** Writes docs/reference/redis-compatibility.md anew, from what the differential test draws. A test says when that is due. */
import { writeFileSync } from 'node:fs';
import { compatibilityPage } from '../packages/kv/dist/test/differential/compatibility-page.js';

writeFileSync(new URL('../docs/reference/redis-compatibility.md', import.meta.url), compatibilityPage());

/** Removes what tsc has made, because it leaves the output of deleted sources behind and their tests would go on running. */
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(`${root}/packages`).map((name) => `packages/${name}`);

for (const folder of [...packages, 'examples', 'benchmarks', 'reliability', 'scripts']) {
  rmSync(`${root}/${folder}/dist`, { recursive: true, force: true });
}

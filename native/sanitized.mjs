// sanitized.mjs runs a command, and what that starts, on the library with AddressSanitizer and UBSan instead of the one
// that is shipped:
//
//   node native/build.mjs sanitize && node native/sanitized.mjs node --test some.test.js
//
// Node is not built with AddressSanitizer, so its runtime has to be there before everything else. Then Node's memory,
// each ArrayBuffer of JavaScript among it, comes from it too and lies between bytes that nobody may touch.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('build/libedgeloop-asan.so', import.meta.url));

const [command, ...args] = process.argv.slice(2);
if (command === undefined) fail('Usage: node native/sanitized.mjs COMMAND [ARGUMENT...]');
if (!existsSync(library)) fail('The sanitized library is not built; run "node native/build.mjs sanitize" first.');

// The leak check would count what Node leaves to the end of its process.
const environment = { EDGELOOP_LIBRARY: library, LD_PRELOAD: runtime(), ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
const { error, status, signal } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
if (error) fail(`${command} could not be started: ${error.code}.`);
process.exitCode = status ?? 128 + constants.signals[signal];

/** The file of gcc's runtime: the compiler knows, and answers with the bare name if it has none. */
function runtime() {
  const compiler = process.env.CC || 'cc';
  const { stdout } = spawnSync(compiler, ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  const path = stdout?.trim() ?? '';
  return isAbsolute(path) ? path : fail(`${compiler} has no libasan.so; gcc brings it along (on Debian in libgcc-12-dev and the like).`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Finds and loads libedgeloop.so. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { EdgeloopError } from '../errors.js';
import { checkAbi } from './abi.js';

export type Library = ReturnType<typeof koffi.load>;

/** Where the build puts the library; EDGELOOP_LIBRARY names another file, a sanitizer build for example. */
function libraryPath(): string {
  const override = process.env['EDGELOOP_LIBRARY'];
  if (override !== undefined && override !== '') return override;
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new EdgeloopError(
      'EL_PLATFORM_UNSUPPORTED',
      `edgeloop drives epoll, which only Linux has, on x64 and arm64; this is ${process.platform} on ${process.arch}`,
    );
  }
  return fileURLToPath(new URL(`../../../lib/linux-${process.arch}/libedgeloop.so`, import.meta.url));
}

/** Loads the library and checks that it fits. Errors: EL_LIBRARY_MISSING, EL_LIBRARY_MISMATCH, EL_PLATFORM_UNSUPPORTED. */
export function loadLibrary(): Library {
  const path = libraryPath();
  if (!existsSync(path)) {
    throw new EdgeloopError('EL_LIBRARY_MISSING', `${path} does not exist; build it with "npm run build:native" (it needs a C compiler)`);
  }
  const library = open(path);
  checkAbi(
    {
      version: library.func('int32_t el_abi_version()'),
      describe: library.func('int32_t el_abi_describe(void *values, int32_t capacity)'),
    },
    path,
  );
  return library;
}

function open(path: string): Library {
  try {
    return koffi.load(path);
  } catch (cause) {
    throw new EdgeloopError('EL_LIBRARY_MISSING', `${path} cannot be loaded; build it again with "npm run build:native"`, { cause });
  }
}

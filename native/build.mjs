// build.mjs builds the C library and its tests. It uses nothing but Node and a C compiler, because it runs before
// `npm install` and on machines without make.
//
//   node native/build.mjs            the release library, if a source is newer
//   node native/build.mjs test       the tests, against the release library
//   node native/build.mjs sanitize   the tests, against a library with AddressSanitizer and UBSan
//   node native/build.mjs fuzz       calls at random, with all three; for `--seconds` (20), or `--runs` if that is less
//   node native/build.mjs clean
//
// CC names the compiler (default: cc, and clang to fuzz). `--arch x64|arm64` builds for another architecture than this one, with a cross
// compiler in CC. TEST_RUNNER is put in front of the test program, for instance TEST_RUNNER='valgrind -q'.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// Paths are relative to native/, where the compiler runs, so that none of this machine's end up in what it writes.
const script = fileURLToPath(import.meta.url);
const native = dirname(script);
const libraries = '../packages/reactor/lib';

const strict = ['-std=c17', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow', '-Iinclude'];

// nodelete keeps the library in memory when the last thread that loaded it ends: the handler of el_signal_visitor stays
// installed, a visit that arrives late must find its code, and the claims of signals are not forgotten.
const shared = ['-shared', '-fPIC', '-fvisibility=hidden', '-Wl,-z,nodelete'];

// Without these a compiler may turn a plain loop into a call of memcpy, or guard the stack with a function of the C
// library.
const freestanding = ['-ffreestanding', '-fno-stack-protector'];

// On aarch64 gcc may call libgcc for an atomic operation, to choose its instruction at run time.
const inlineAtomics = { x64: [], arm64: ['-mno-outline-atomics'] };

// --no-undefined makes the linker prove that the library needs no other one.
const standalone = ['-nostdlib', '-Wl,--no-undefined', '-Wl,-z,relro', '-Wl,-z,now', '-Wl,-z,noexecstack'];

const sanitizers = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

// Inputs of any length from the start: libFuzzer would begin with a few bytes, which are one call. What makes a run fail
// stays in build/, and `native/build/fuzz FILE` repeats it.
const fuzzing = ['-max_len=512', '-len_control=0', '-print_final_stats=1', '-artifact_prefix=build/fuzz-'];

// The library allocates nothing, and the leak check needs ptrace, which many containers forbid.
const sanitizerEnvironment = { ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };

main();

function main() {
  const { command, arch, runs, seconds } = readArguments();
  if (process.platform !== 'linux') fail(`edgeloop needs epoll, so Linux; this is ${process.platform}.`);
  if (arch !== 'x64' && arch !== 'arm64') fail(`edgeloop's native library is for x64 and arm64; this is ${arch}.`);
  const library = `${libraries}/linux-${arch}/libedgeloop.so`;
  if (command === 'library') buildLibrary(library, arch);
  if (command === 'test') test(library, arch);
  if (command === 'sanitize') sanitize();
  if (command === 'fuzz') fuzz(runs, seconds);
  if (command === 'clean') clean();
}

function readArguments() {
  try {
    const text = { type: 'string' };
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { arch: text, runs: text, seconds: text } });
    const [command = 'library', ...rest] = positionals;
    const known = ['library', 'test', 'sanitize', 'fuzz', 'clean'].includes(command) && rest.length === 0;
    if (!known) throw new Error(`Unknown command '${positionals.join(' ')}'`);
    const { arch = process.arch, runs = '-1', seconds = '20' } = values;
    return { command, arch, runs: integer(runs), seconds: integer(seconds) };
  } catch (error) {
    return fail(`${error.message}\nUsage: node native/build.mjs [test|sanitize|fuzz|clean] [--arch x64|arm64] [--runs N] [--seconds N]`);
  }
}

function integer(text) {
  if (!/^-?\d+$/.test(text)) throw new Error(`'${text}' is not an integer`);
  return text;
}

function buildLibrary(library, arch) {
  if (!isStale(library)) return;
  const flags = ['-O2', ...freestanding, ...inlineAtomics[arch], ...shared, ...standalone, soname(library)];
  compile(library, [...flags, ...files('src', '.c')]);
  console.log(`built ${fromRepository(library)}`);
}

function test(library, arch) {
  buildLibrary(library, arch);
  checkSymbols(library);
  compileTest('build/test', library, ['-O2', '-g']);
  run('build/test');
}

function sanitize() {
  const library = 'build/libedgeloop-asan.so';
  compile(library, [...sanitizers, ...shared, soname(library), ...files('src', '.c')]);
  compileTest('build/test-asan', library, sanitizers);
  run('build/test-asan', sanitizerEnvironment);
}

function fuzz(runs, seconds) {
  const sources = [...files('src', '.c'), ...files('fuzz', '.c')];
  compile('build/fuzz', [...sanitizers, '-fsanitize=fuzzer', ...sources], 'clang');
  run('build/fuzz', sanitizerEnvironment, [...fuzzing, `-runs=${runs}`, `-max_total_time=${seconds}`]);
}

function clean() {
  rmSync(join(native, 'build'), { recursive: true, force: true });
  rmSync(join(native, libraries), { recursive: true, force: true });
}

function soname(library) {
  return `-Wl,-soname,${basename(library)}`;
}

function files(directory, extension) {
  const names = readdirSync(join(native, directory)).filter((name) => name.endsWith(extension));
  return names.sort().map((name) => `${directory}/${name}`);
}

function isStale(output) {
  const built = statSync(join(native, output), { throwIfNoEntry: false });
  if (built === undefined) return true;
  const inputs = [basename(script), ...files('src', '.c'), ...files('src', '.h'), ...files('include', '.h')];
  return inputs.some((input) => statSync(join(native, input)).mtimeMs > built.mtimeMs);
}

// The test program finds the library relative to itself, so that gdb and strace can start it from anywhere.
function compileTest(program, library, flags) {
  const rpath = `-Wl,-rpath,$ORIGIN/${relative(dirname(program), dirname(library))}`;
  compile(program, [...flags, '-pthread', ...files('test', '.c'), library, rpath]);
}

// The output gets its name only when it is complete: a build that is killed, or two at the same time, never leave half
// a library behind.
function compile(output, args, compilerByDefault = 'cc') {
  const unfinished = `${output}.${process.pid}`;
  const compiler = words(process.env.CC || compilerByDefault);
  const [command, ...options] = [...compiler, ...strict, ...args, '-o', unfinished];
  mkdirSync(join(native, dirname(output)), { recursive: true });
  const { error, status } = spawnSync(command, options, { cwd: native, stdio: 'inherit' });
  if (status === 0) return renameSync(join(native, unfinished), join(native, output));
  rmSync(join(native, unfinished), { force: true });
  fail(error ? noCompiler(command, error) : notCompiled(command, output));
}

function noCompiler(command, error) {
  const origin = process.env.CC ? 'from CC in the environment' : 'the default, as CC is not set';
  return `This needs a C compiler. Tried: ${command} (${origin}): ${error.code}.
Install one, e.g. apt-get install gcc libc6-dev / apk add gcc musl-dev, or name another one in CC; to fuzz, apt-get install clang.`;
}

function notCompiled(command, output) {
  return `${command} could not build ${fromRepository(output)}; its messages are above.
If a system header is missing: apt-get install libc6-dev / apk add musl-dev.`;
}

// The linker has refused undefined symbols already. This looks at the file that is shipped, whoever linked it.
function checkSymbols(library) {
  const { status, stdout } = spawnSync('nm', ['-D', '--undefined-only', library], { cwd: native, encoding: 'utf8' });
  if (status !== 0) fail('The symbols of the library cannot be listed: nm (from binutils) is missing or failed.');
  if (stdout !== '') fail(`The library must need no other library, but it asks for:\n${stdout}`);
}

function run(program, environment = {}, options = []) {
  const [command, ...args] = [...words(process.env.TEST_RUNNER ?? ''), program, ...options];
  const env = { ...environment, ...process.env };
  const { error, status, signal } = spawnSync(command, args, { cwd: native, env, stdio: 'inherit' });
  if (error) fail(`${command} could not be started: ${error.code}.`);
  // Node has no names for real-time signals and leaves `signal` empty for them.
  if (status === null) fail(`${fromRepository(program)} was ended by ${signal || 'a real-time signal'}.`);
  process.exitCode = status;
}

function fromRepository(path) {
  return relative(dirname(native), join(native, path));
}

function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

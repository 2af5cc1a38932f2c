/** Says what this machine lacks before anything is installed. The compiler and the platform are checked by native/build.mjs, which runs first. */
const NEEDED = [20, 20];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(`edgeloop needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

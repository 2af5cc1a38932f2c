// Stands in for tap's TypeScript loader: the tests run as compiled JavaScript, and the loader does not support TypeScript 7.
export {};

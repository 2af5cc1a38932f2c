export { kv } from './plugin/kv.js';
export type { KvOptions } from './server/settings.js';
export { type ThrowAwayKv, throwAwayKv } from './throw-away.js';
export { REDIS_VERSION } from './version.js';

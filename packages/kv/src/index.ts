export { kv } from './plugin/kv.js';
export { REDIS_VERSION } from './version.js';

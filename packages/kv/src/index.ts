export { REDIS_VERSION } from './version.js';

/** The public names of @edgeloop/reactor/admin. */
export { openAdmin, type AdminHandle, type AdminOptions } from './open-admin.js';
export type { Levels, Observable } from './observed.js';

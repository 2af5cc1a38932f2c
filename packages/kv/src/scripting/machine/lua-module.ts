import { compileLua } from './lua-machine.js';

/** Compiled once for all engines, before anybody can ask for one, so that an engine is made synchronously. */
export const LUA = await compileLua();

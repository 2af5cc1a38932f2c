/** The Redis whose documented behaviour this server has, as clients ask for it: INFO, HELLO, LOLWUT. */
export const REDIS_VERSION = '7.0.15';

/**
 * The byte before a value in Redis's snapshot format, which says how it is written. Those of Redis 7.0 are written; the older
 * ones are read, as payloads live longer than servers.
 *
 * Source: https://rdb.fnordig.de/file_format.html, and what redis-server writes.
 */
export const STRING_TYPE = 0;
export const LIST_TYPE = 1;
export const SET_TYPE = 2;
/** With scores in decimal. */
export const OLD_SORTED_SET_TYPE = 3;
export const HASH_TYPE = 4;
export const SORTED_SET_TYPE = 5;
export const ZIPMAP_HASH_TYPE = 9;
export const ZIPLIST_LIST_TYPE = 10;
export const INT_SET_TYPE = 11;
export const ZIPLIST_SORTED_SET_TYPE = 12;
export const ZIPLIST_HASH_TYPE = 13;
/** Of nodes that are ziplists. */
export const OLD_QUICKLIST_TYPE = 14;
/** Without what Redis 7.0 added. */
export const OLD_STREAM_TYPE = 15;
export const LISTPACK_HASH_TYPE = 16;
export const LISTPACK_SORTED_SET_TYPE = 17;
export const QUICKLIST_TYPE = 18;
export const STREAM_TYPE = 19;

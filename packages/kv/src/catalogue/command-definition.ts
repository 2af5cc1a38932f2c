/** As COMMAND INFO names them. */
export type CommandFlag =
  | 'write' | 'readonly' | 'denyoom' | 'admin' | 'pubsub' | 'noscript' | 'blocking' | 'loading' | 'stale' | 'skip_monitor'
  | 'skip_slowlog' | 'no_auth' | 'no_multi' | 'fast' | 'movablekeys' | 'may_replicate' | 'no_mandatory_keys' | 'allow_busy' | 'no_async_loading'
  | 'asking';

export type CommandGroup =
  | 'string' | 'bitmap' | 'hash' | 'list' | 'set' | 'sorted-set' | 'stream' | 'hyperloglog' | 'geo' | 'generic' | 'pubsub' | 'transactions'
  | 'scripting' | 'connection' | 'server' | 'cluster';

/** Where keys stand among the arguments: `last` counts from the end if it is negative. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Keys whose place depends on the arguments: returns the indexes of them. Error: ReplyError if there are none. */
export type KeyFinder<Call> = (call: Call) => number[];

/** A command: all that the server and its clients want to know of it. COMMAND and COMMAND DOCS are derived from this. */
export interface CommandDefinition<Call> {
  /** In lower case. */
  readonly name: string;
  /** Arguments with the name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly keys?: KeyRange;
  /** In addition to `keys`, or instead of them. */
  readonly findKeys?: KeyFinder<Call>;
  readonly group: CommandGroup;
  /** The version of Redis that brought it. */
  readonly since: string;
  readonly summary: string;
  readonly complexity?: string;
  /** The arguments behind the name, as in Redis's manual: `key value [NX | XX] [GET]`. */
  readonly syntax: string;
  /** Further ACL categories, which do not follow from flags and group. */
  readonly categories?: readonly string[];
  readonly subcommands?: readonly CommandDefinition<Call>[];
  /** It runs at once where others are queued, between MULTI and EXEC. */
  readonly isImmediate?: boolean;
  /** Whether the argument is a password or the like, which MONITOR and SLOWLOG do not show. */
  isSecret?(call: Call, index: number): boolean;
  /** Does it, and writes exactly one reply. Error: ReplyError, before anything is changed. */
  readonly execute: (this: void, call: Call) => void;
}

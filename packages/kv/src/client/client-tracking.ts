/** Of which commands the keys are tracked: of all, only where CLIENT CACHING YES comes before, or of all but where CLIENT CACHING NO does. */
export type TrackingMode = 'all' | 'optin' | 'optout';

/** How the keys are tracked that a client caches: CLIENT TRACKING. Its scripts have the same. */
export class ClientTracking<Owner = unknown> {
  readonly client: Owner;
  mode: TrackingMode = 'all';
  /** Whether CLIENT CACHING came just before. */
  isChosen = false;
  /** The number of the client that is told instead; 0 for none. */
  redirect = 0;
  /** Whether that client is gone. */
  isRedirectBroken = false;
  /** Whether all keys with one of the prefixes are told of, read or not. */
  broadcasts = false;
  /** Whether the client is not told of its own changes. */
  noLoop = false;
  /** Byte by byte as text. */
  readonly prefixes = new Set<string>();

  constructor(client: Owner) {
    this.client = client;
  }

  /** Whether the keys that the command reads are to be remembered. */
  get remembers(): boolean {
    return !this.broadcasts && (this.mode === 'all' || this.isChosen === (this.mode === 'optin'));
  }
}

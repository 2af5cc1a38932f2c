/** What INFO tells of the keyspace, counted since the start or CONFIG RESETSTAT. */
export class KeyspaceStats {
  hits = 0;
  misses = 0;
  expired = 0;
  evicted = 0;

  reset(): void {
    this.hits = 0;
    this.misses = 0;
    this.expired = 0;
    this.evicted = 0;
  }
}

import type { DurabilityFacts } from './durability.js';
import type { KvSettings } from './settings.js';

/** After a snapshot that has failed the next one waits: what has failed it, a full disk mostly, does not pass in a second. */
const PAUSE_SECONDS = 60;

/**
 * How long the log becomes before a snapshot is made by itself, in bytes; undefined if none ever is. It is Redis's rule for its append-only
 * file, with the snapshot for its base.
 */
export function longestLog({ snapshotBytes }: Pick<DurabilityFacts, 'snapshotBytes'>, settings: KvSettings): number | undefined {
  const { autoAofRewritePercentage, autoAofRewriteMinSize } = settings;
  if (autoAofRewritePercentage === 0) return undefined;
  return Math.max(Math.ceil((snapshotBytes * autoAofRewritePercentage) / 100), autoAofRewriteMinSize + 1 - snapshotBytes);
}

/** Whether the log has become so long that a snapshot is due, or there is nothing else that could keep what has changed. */
export function isSnapshotDue(facts: DurabilityFacts, settings: KvSettings, nowMs: number): boolean {
  const { logBytes, needsSnapshot, lastSaveSucceeded, lastSaveBegunSeconds } = facts;
  if (!lastSaveSucceeded && nowMs / 1000 < lastSaveBegunSeconds + PAUSE_SECONDS) return false;
  return needsSnapshot || logBytes >= (longestLog(facts, settings) ?? Number.POSITIVE_INFINITY);
}

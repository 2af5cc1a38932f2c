import type { DurabilityFacts } from './durability.js';
import type { KvSettings } from './settings.js';

/** After a snapshot that has failed the next one waits: what has failed it, a full disk mostly, does not pass in a second. */
const PAUSE_SECONDS = 60;

/** Whether the log has become so long that a snapshot is due: by Redis's rule for its append-only file, with the snapshot for its base. */
export function isSnapshotDue(facts: DurabilityFacts, settings: KvSettings, nowMs: number): boolean {
  const { snapshotBytes, logBytes, lastSaveSucceeded, lastSaveBegunSeconds } = facts;
  const { autoAofRewritePercentage, autoAofRewriteMinSize } = settings;
  if (autoAofRewritePercentage === 0 || snapshotBytes + logBytes <= autoAofRewriteMinSize) return false;
  if (!lastSaveSucceeded && nowMs / 1000 < lastSaveBegunSeconds + PAUSE_SECONDS) return false;
  return logBytes * 100 >= snapshotBytes * autoAofRewritePercentage;
}

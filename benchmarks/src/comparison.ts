// A scenario that measures the peers in turn and sets them side by side.

import type { Peer, Scenario, ScenarioReport, Session } from './benchmark.js';
import type { Samples } from './rounds.js';
import type { Verdict } from './target.js';

export interface Comparison<Sample extends object> {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  measure(session: Session): Promise<Samples<Sample>>;
  /** A peer's line of the table. */
  row(samples: Samples<Sample>, peer: Peer): string[];
  verdicts(samples: Samples<Sample>, peer: Peer): readonly Verdict[];
  notes(samples: Samples<Sample>, session: Session): string[];
}

export function compare<Sample extends object>(comparison: Comparison<Sample>): Scenario {
  const { name, title, columns } = comparison;
  const run = async (session: Session): Promise<ScenarioReport> => {
    const samples = await comparison.measure(session);
    return {
      name,
      title,
      columns,
      rows: session.peers.map((peer) => comparison.row(samples, peer)),
      notes: comparison.notes(samples, session),
      verdicts: session.peers.flatMap((peer) => comparison.verdicts(samples, peer)),
      samples: Object.fromEntries(samples),
    };
  };
  return { name, title, run };
}

import { type Conditions, FAIR, ROUGH, type Random } from '@edgeloop/reactor/testing';

/** What a connection of a run is opened with. Small water marks, so that they are reached. */
export interface ConnectionTerms {
  readonly trigger: 'edge' | 'level' | 'oneshot';
  readonly lowWaterBytes: number;
  readonly highWaterBytes: number;
  readonly maxQueuedBytes: number;
}

/** What one run is made under; all of it follows from the seed. */
export interface Surroundings {
  readonly conditions: Conditions;
  readonly loop: 'embedded' | 'dedicated';
  readonly terms: ConnectionTerms;
  /** What a receive may bring at once. */
  readonly readBufferBytes: number;
  /** How likely a system call fails that may. */
  readonly callFailures: number;
  /** How likely a handler does something foolish. */
  readonly mischief: number;
  /** Descriptors beyond those that the run needs for itself; undefined for no limit. */
  readonly spareDescriptors: number | undefined;
  /** Connections that may be open at once, 0 for any number. */
  readonly maxConnections: number;
  /** What a peer sends is about this much, so that a run of single bytes is no longer than others. */
  readonly peerBytes: number;
}

export function drawSurroundings(random: Random): Surroundings {
  const conditions = drawConditions(random);
  const readBufferBytes = random.pick([1, 7, 64, 1000, 4096, 20_000]);
  return {
    conditions,
    loop: random.chance(0.75) ? 'embedded' : 'dedicated',
    terms: drawTerms(random),
    readBufferBytes,
    callFailures: random.chance(0.3) ? random.pick([0.0005, 0.002, 0.01]) : 0,
    mischief: random.chance(0.5) ? random.pick([0.005, 0.02, 0.1, 0.3]) : 0,
    spareDescriptors: random.chance(0.25) ? random.between(1, 12) : undefined,
    maxConnections: random.chance(0.2) ? random.between(1, 10) : 0,
    peerBytes: Math.min(20_000, 150 * Math.min(readBufferBytes, conditions.segmentBytes, conditions.sendBufferBytes, conditions.receiveBufferBytes)),
  };
}

/** Half of the runs are fair or rough altogether; the others take each trait from either, and some to the extreme. */
function drawConditions(random: Random): Conditions {
  const resets = random.chance(0.2) ? random.pick([0.0005, 0.005, 0.05]) : 0;
  if (random.chance(0.2)) return { ...FAIR, resets };
  if (random.chance(0.4)) return { ...ROUGH, resets };
  const mixed = Object.fromEntries(Object.keys(FAIR).map((trait) => [trait, (random.chance(0.5) ? FAIR : ROUGH)[trait as keyof Conditions]]));
  const extremes: Partial<Conditions> = {
    ...(random.chance(0.2) && { segmentBytes: random.between(1, 5) }),
    ...(random.chance(0.2) && { sendBufferBytes: random.between(1, 50) }),
    ...(random.chance(0.2) && { receiveBufferBytes: random.between(1, 50) }),
    ...(random.chance(0.2) && { latencyMs: random.pick([[0, 0], [0, 500], [200, 200]] as const) }),
    ...(random.chance(0.2) && { callNs: random.pick([0, 100_000]) }),
    ...(random.chance(0.2) && { spuriousWakeUps: 0.5 }),
    ...(random.chance(0.2) && { lateEvents: 0.6 }),
  };
  return { ...(mixed as unknown as Conditions), ...extremes, resets };
}

function drawTerms(random: Random): ConnectionTerms {
  const lowWaterBytes = random.pick([0, 1, 100, 2000]);
  const highWaterBytes = lowWaterBytes + random.pick([1, 50, 1000, 20_000]);
  return {
    trigger: random.pick(['edge', 'level', 'oneshot'] as const),
    lowWaterBytes,
    highWaterBytes,
    // Reading pauses at the high-water mark, so mostly who writes to others comes here.
    maxQueuedBytes: highWaterBytes + random.pick([500, 5000, 100_000, 100_000]),
  };
}

/**
 * The estimate of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which needs no tables
 * to correct its bias, from how many registers have each value. The operations come in an order that gives Redis's doubles.
 */
const HASH_BITS = 50;
const ALPHA = 1 / (2 * Math.LN2);

/** @param histogram how many registers have the value that is the index */
export function estimateCardinality(histogram: Uint32Array, registers: number): number {
  let z = registers * tau((registers - histogram[HASH_BITS + 1]!) / registers);
  for (let value = HASH_BITS; value >= 1; value--) z = (z + histogram[value]!) * 0.5;
  z += registers * sigma(histogram[0]! / registers);
  return Math.round((ALPHA * registers * registers) / z);
}

/** x + Σ x^(2^k) 2^(k-1) */
function sigma(share: number): number {
  if (share === 1) return Infinity;
  let [x, y, z, before] = [share, 1, share, -1];
  while (z !== before) {
    before = z;
    x *= x;
    z += x * y;
    y += y;
  }
  return z;
}

/** (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3 */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z, before] = [share, 1, 1 - share, -1];
  while (z !== before) {
    before = z;
    x = Math.sqrt(x);
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

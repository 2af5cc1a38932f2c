/** Addresses count in units: what lies in 16 GiB is named by 30 bits, which leaves a small integer two bits for others. */
export const UNIT_BYTES = 16;

/** The largest block that is cut from a page; what is larger gets memory of its own. */
export const MAX_SMALL_BYTES = 16_384;

/**
 * The sizes of blocks, in units: each multiple of 16 bytes up to 256, then four to a doubling, so that at most a fifth
 * of a block is wasted. It is the spacing of jemalloc (Evans, 2006).
 */
export const CLASS_UNITS: readonly number[] = classes();

/** The class of a block of so many units. */
export const CLASS_OF_UNITS: Uint8Array = classOfUnits();

function classes(): number[] {
  const units = Array.from({ length: 16 }, (_, index) => index + 1);
  for (let base = 16; base * UNIT_BYTES < MAX_SMALL_BYTES; base *= 2) {
    for (let quarter = 1; quarter <= 4; quarter++) units.push(base + (base / 4) * quarter);
  }
  return units;
}

function classOfUnits(): Uint8Array {
  const table = new Uint8Array(MAX_SMALL_BYTES / UNIT_BYTES + 1);
  let sizeClass = 0;
  for (let units = 1; units < table.length; units++) {
    if (units > (CLASS_UNITS[sizeClass] as number)) sizeClass++;
    table[units] = sizeClass;
  }
  return table;
}

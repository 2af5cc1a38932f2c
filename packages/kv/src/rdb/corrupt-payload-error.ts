/** Thrown where a serialized value is not what its own bytes promise. */
export class CorruptPayloadError extends Error {
  override readonly name = 'CorruptPayloadError';
}

/** Thrown where the payload of a record is not what it says, though its checksum is right: a bug, or another program's file. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

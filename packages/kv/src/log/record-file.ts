import { randomBytes } from 'node:crypto';
import type { Disk, DiskFile } from '../disk/disk.js';
import { decodeFileHeader, encodeFileHeader, FILE_HEADER_BYTES, type FileHeader } from './file-header.js';
import { RecordWriter } from './record-writer.js';

/** Makes a file with nothing but its header, unsynced. The caller closes `writer.file`. Errors: those of the disk; then there is no such file. */
export function createRecordFile(disk: Disk, name: string, header: Omit<FileHeader, 'salt'>): RecordWriter {
  const salt = randomBytes(4).readUInt32LE();
  const file = disk.create(name);
  try {
    file.write(encodeFileHeader({ ...header, salt }), 0, FILE_HEADER_BYTES, 0);
  } catch (error) {
    file.close();
    disk.remove(name);
    throw error;
  }
  return new RecordWriter(file, salt, FILE_HEADER_BYTES);
}

/** What a file's header says, or what is wrong with it. */
export function readFileHeader(file: DiskFile): FileHeader | string {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  return decodeFileHeader(bytes.subarray(0, file.read(bytes, 0)));
}

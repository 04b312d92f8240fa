import { KeyHash } from '../../bytes/hash.js';
import type { Bytes } from '../../bytes/bytes.js';
import { AtomicFile } from '../atomic-file.js';
import type { ReadBytes } from '../file-bytes.js';
import { Crc64 } from '../rdb/crc64.js';
import { RdbError, RdbOpcode, RDB_VERSION_CHECKSUM, RDB_VERSION_FIELD_EXPIRES } from '../rdb/rdb-format.js';
import { RdbReader } from '../rdb/rdb-reader.js';
import { NULL_VISITOR } from './null-visitor.js';
import { PROGRESS_BYTES } from './progress.js';

export interface SalvagedSnapshot {
  keys: number;
  /** Up to here the part is kept. */
  soundTo: number;
  /** Where the part ends; only without damage. */
  end: number;
  damage: string | null;
  /** All of it can be read, but the checksum does not fit. */
  unproven: boolean;
  /** Keys left out with which no server would load the file: they, or elements, come twice, or a type is unknown. */
  refused: readonly ByteRange[];
}

interface ByteRange {
  start: number;
  end: number;
}

export type OffsetProgress = (offset: number) => Promise<void>;

const CHUNK_BYTES = 1024 * 1024;
/** An expire time and a use of the longest kinds, and the type. */
const ENTRY_HEAD_BYTES = 24;
/** Elements of one value that are compared with each other. */
const ELEMENTS_MAX = 1_000_000;

/**
 * Copies an RDB file, or as many whole keys of it as stand before its first damage, to `path`. A prefix of such a file
 * that ends between two keys is one itself, once it has an end mark and a checksum of its own.
 */
export async function salvageSnapshot(
  read: ReadBytes,
  size: number,
  path: string,
  progress: OffsetProgress,
): Promise<SalvagedSnapshot> {
  const { reader, damage } = await readSnapshot(read, size, progress);
  const unproven = damage?.damage === 'checksum';
  // The entry that was read last is the broken one, or the end mark with what stands before it.
  const soundTo = reader.entryOffset;
  const refused = damage === null ? [] : await refusedKeys(read, size, soundTo, reader.keys, progress);
  await copyWithEnd(read, soundTo, refused, reader.version, path, progress);
  return {
    keys: reader.keys - refused.length,
    soundTo,
    end: reader.offset,
    damage: unproven ? null : (damage?.message ?? null),
    unproven,
    refused,
  };
}

/** Reads an RDB part up to its end or its first damage. */
export async function readSnapshot(
  read: ReadBytes,
  size: number,
  progress: OffsetProgress,
): Promise<{ reader: RdbReader; damage: RdbError | null }> {
  const reader = RdbReader.ofFile(read, size, NULL_VISITOR);
  try {
    while (!reader.step(PROGRESS_BYTES)) await progress(reader.offset);
    return { reader, damage: null };
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    return { reader, damage: error };
  }
}

/** Entries before `soundTo` that Redis refuses, and that altered bytes make: twice the same, or of an unknown type. */
async function refusedKeys(
  read: ReadBytes,
  size: number,
  soundTo: number,
  keys: number,
  progress: OffsetProgress,
): Promise<ByteRange[]> {
  const seen = new KeyFingerprints(keys);
  const refused: ByteRange[] = [];
  const entry = { isNew: true };
  let db = 0;
  const elements = new Set<string>();
  const note = (key: Bytes): void => {
    entry.isNew = seen.add(db, key);
    elements.clear();
  };
  const noteElement = (element: Bytes): void => {
    if (elements.size === ELEMENTS_MAX) return;
    const before = elements.size;
    if (elements.add(element.toString()).size === before) entry.isNew = false;
  };
  const reader = RdbReader.ofFile(read, size, {
    ...NULL_VISITOR,
    select: (number) => (db = number),
    string: note,
    listStart: note,
    setStart: note,
    setMember: noteElement,
    zsetStart: note,
    zsetMember: noteElement,
    hashStart: note,
    hashField: noteElement,
    streamStart: note,
  });
  let pauseAt = PROGRESS_BYTES;
  // The header by itself: the first key may be what cannot be read.
  reader.step(0);
  while (reader.offset < soundTo) {
    reader.step(1);
    const start = reader.entryOffset;
    if (!entry.isNew || typeAt(read, start) > newestType(reader.version))
      refused.push({ start, end: reader.offset });
    entry.isNew = true;
    if (reader.offset < pauseAt) continue;
    await progress(reader.offset);
    pauseAt += PROGRESS_BYTES;
  }
  return refused;
}

/** The type byte of the entry at `offset`, which stands behind its expire time and its use. */
function typeAt(read: ReadBytes, offset: number): number {
  const bytes = Buffer.alloc(ENTRY_HEAD_BYTES);
  read(bytes, 0, bytes.length, offset);
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at]!;
    if (byte === RdbOpcode.EXPIRETIME_MS) at += 9;
    else if (byte === RdbOpcode.EXPIRETIME) at += 5;
    else if (byte === RdbOpcode.FREQ) at += 2;
    else if (byte === RdbOpcode.IDLE) at += 1 + lengthBytes(bytes[at + 1]!);
    else return byte >= RdbOpcode.SLOT_INFO ? 0 : byte;
  }
  return 0;
}

function lengthBytes(first: number): number {
  if (first < 64) return 1;
  if (first < 128) return 2;
  return first === 0x80 ? 5 : 9;
}

/** The highest type byte that a server knows which writes files of this version. */
function newestType(version: number): number {
  if (version >= RDB_VERSION_FIELD_EXPIRES) return 255;
  return version === 11 ? 21 : 19;
}

/** Which keys there have been, by 64 bits of hash each: 16 bytes a key. */
class KeyFingerprints {
  private readonly mask: number;
  private readonly slots: Int32Array;
  private readonly first = new KeyHash(0x2545f491);
  private readonly second = new KeyHash(0x6c8e9cf5);

  constructor(keys: number) {
    let slots = 16;
    while (slots < 1.5 * keys) slots *= 2;
    this.mask = slots - 1;
    this.slots = new Int32Array(2 * slots);
  }

  /** False for a key that is there. */
  add(db: number, { buffer, offset, length }: Bytes): boolean {
    const high = this.first.compute(buffer, offset, length);
    const low = this.second.compute(buffer, offset, length) ^ Math.imul(db, 0x9e3779b1);
    const { slots, mask } = this;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (slots[2 * slot] === 0) {
        slots[2 * slot] = high;
        slots[2 * slot + 1] = low;
        return true;
      }
      if (slots[2 * slot] === high && slots[2 * slot + 1] === low) return false;
    }
  }
}

async function copyWithEnd(
  read: ReadBytes,
  bytes: number,
  leftOut: readonly ByteRange[],
  version: number,
  path: string,
  progress: OffsetProgress,
): Promise<void> {
  const file = new AtomicFile(path);
  try {
    const crc = new Crc64();
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const put = (length: number): void => {
      crc.update(chunk, 0, length);
      file.write(chunk.subarray(0, length));
    };
    let from = 0;
    for (const { start, end } of [...leftOut, { start: bytes, end: bytes }]) {
      for (let offset = from; offset < start;) {
        const got = read(chunk, 0, Math.min(CHUNK_BYTES, start - offset), offset);
        if (got === 0) break;
        put(got);
        offset += got;
        if (offset % PROGRESS_BYTES < CHUNK_BYTES) await progress(offset);
      }
      from = end;
    }
    chunk[0] = RdbOpcode.EOF;
    put(1);
    if (version >= RDB_VERSION_CHECKSUM) {
      crc.write(chunk, 0);
      file.write(chunk.subarray(0, 8));
    }
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

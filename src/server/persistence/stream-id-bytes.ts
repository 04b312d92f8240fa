import { Bytes } from '../../bytes/bytes.js';
import type { StreamId } from '../../storage/types/stream-id.js';

/** An id as files keep it: 16 bytes, big-endian. */
export function idBytes(id: StreamId): Bytes {
  const buffer = Buffer.allocUnsafe(16);
  buffer.writeUInt32BE(id.msHigh, 0);
  buffer.writeUInt32BE(id.msLow, 4);
  buffer.writeUInt32BE(id.seqHigh, 8);
  buffer.writeUInt32BE(id.seqLow, 12);
  return new Bytes(buffer);
}

/** Reads what `idBytes` writes. */
export function readId(bytes: Bytes, id: StreamId): StreamId {
  const word = (at: number): number => {
    const { buffer, offset } = bytes;
    const from = offset + at;
    return (
      ((buffer[from]! << 24) | (buffer[from + 1]! << 16) | (buffer[from + 2]! << 8) | buffer[from + 3]!) >>> 0
    );
  };
  return id.set(word(0), word(4), word(8), word(12));
}

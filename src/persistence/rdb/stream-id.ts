import type { Bytes } from '../../bytes/bytes.js';

/** Bytes of a stream ID: milliseconds and sequence, each 64 bits, big-endian, so that IDs compare as bytes do. */
export const STREAM_ID_BYTES = 16;

/** An ID as Redis prints it. */
export function formatStreamId(id: Bytes): string {
  return `${readHalf(id, 0)}-${readHalf(id, 8)}`;
}

export function readHalf(id: Bytes, at: number): bigint {
  return viewOf(id).getBigUint64(at);
}

function viewOf(id: Bytes): DataView {
  return new DataView(id.buffer.buffer, id.buffer.byteOffset + id.offset, STREAM_ID_BYTES);
}

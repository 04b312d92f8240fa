import { gunzipSync } from 'node:zlib';
import { decodeMessagePack } from './message-pack.js';

/** A value that is more than bytes: what it is, and how it reads. */
interface ReadableValue {
  readonly kind: string;
  readonly text: string;
}

/** How large a gzip value may become. */
const INFLATED_BYTES_MAX = 16 * 1024 * 1024;

/** Recognises JSON, gzip and MessagePack; undefined for anything else. */
export function readableValue(bytes: Buffer): ReadableValue | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return inflated(bytes);
  return json(bytes) ?? messagePack(bytes);
}

function inflated(bytes: Buffer): ReadableValue | undefined {
  try {
    const content = gunzipSync(bytes, { maxOutputLength: INFLATED_BYTES_MAX });
    const inner = readableValue(content);
    return {
      kind: inner === undefined ? 'gzip' : `gzip of ${inner.kind}`,
      text: inner?.text ?? content.toString(),
    };
  } catch {
    return undefined;
  }
}

function json(bytes: Buffer): ReadableValue | undefined {
  // A number or a word alone would be JSON too, but says nothing.
  if (!/^\s*[[{]/.test(bytes.toString('latin1', 0, 16))) return undefined;
  try {
    return { kind: 'JSON', text: JSON.stringify(JSON.parse(bytes.toString()), null, 2) };
  } catch {
    return undefined;
  }
}

function messagePack(bytes: Buffer): ReadableValue | undefined {
  const value = decodeMessagePack(bytes);
  if (typeof value !== 'object' || value === null) return undefined;
  return { kind: 'MessagePack', text: JSON.stringify(value, null, 2) };
}

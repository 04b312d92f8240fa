import type { Bytes } from '../../bytes/bytes.js';
import { copyBytes, equalBytes, KeyHash } from '../../bytes/hash.js';

const ENTRIES_START = 1024;
const HASH_SEED = 0x2545f491;

/** What `diff` keeps of a key: 64 bits of digest stand for the value. */
export interface KeyDigest {
  type: string;
  expireAtMs: number;
  high: number;
  low: number;
}

/** About what an entry takes besides the bytes of its key, while the table is being enlarged. */
export const DIGEST_BYTES_PER_KEY = 96;

/** Digests by key, without an object per key: a Map of strings took 500 bytes each. */
export class KeyDigests {
  private size = 0;
  private keyBytes = 0;
  private readonly hash = new KeyHash(HASH_SEED);
  private readonly types: string[] = [];
  /** Which entry stands there, plus one; twice as many as entries. */
  private slots = new Int32Array(2 * ENTRIES_START);
  private hashes = new Int32Array(ENTRIES_START);
  private databases = new Uint16Array(ENTRIES_START);
  private typeNumbers = new Uint8Array(ENTRIES_START);
  private expires = new Float64Array(ENTRIES_START);
  private digests = new Int32Array(2 * ENTRIES_START);
  private starts = new Uint32Array(ENTRIES_START + 1);
  private taken = new Uint8Array(ENTRIES_START);
  private text = new Uint8Array(32 * ENTRIES_START);

  /** A key that is not there yet. */
  add(db: number, key: Bytes, { type, expireAtMs, high, low }: KeyDigest): void {
    if (this.size === this.hashes.length) this.enlarge();
    const entry = this.size++;
    const hash = this.hashOf(db, key);
    this.slots[this.slotOf(hash, db, key)] = entry + 1;
    this.hashes[entry] = hash;
    this.databases[entry] = db;
    if (!this.types.includes(type)) this.types.push(type);
    this.typeNumbers[entry] = this.types.indexOf(type);
    this.expires[entry] = expireAtMs;
    this.digests[2 * entry] = high;
    this.digests[2 * entry + 1] = low;
    if (this.keyBytes + key.length > this.text.length) {
      this.text = grown(this.text, 2 * (this.keyBytes + key.length));
    }
    copyBytes(key.buffer, key.offset, key.length, this.text, this.keyBytes);
    this.keyBytes += key.length;
    this.starts[entry + 1] = this.keyBytes;
  }

  /** The digest of a key, which is then known to be there on both sides; null without one. */
  take(db: number, key: Bytes): KeyDigest | null {
    const entry = this.slots[this.slotOf(this.hashOf(db, key), db, key)]! - 1;
    if (entry < 0) return null;
    this.taken[entry] = 1;
    return this.digestOf(entry);
  }

  /** Tells the keys that have not been taken. */
  forEachLeft(tell: (db: number, key: Buffer, digest: KeyDigest) => void): void {
    for (let entry = 0; entry < this.size; entry++) {
      if (this.taken[entry] !== 0) continue;
      const key = Buffer.from(this.text.subarray(this.starts[entry], this.starts[entry + 1]));
      tell(this.databases[entry]!, key, this.digestOf(entry));
    }
  }

  private digestOf(entry: number): KeyDigest {
    return {
      type: this.types[this.typeNumbers[entry]!]!,
      expireAtMs: this.expires[entry]!,
      high: this.digests[2 * entry]!,
      low: this.digests[2 * entry + 1]!,
    };
  }

  private hashOf(db: number, { buffer, offset, length }: Bytes): number {
    return this.hash.compute(buffer, offset, length) ^ Math.imul(db, 0x9e3779b1);
  }

  /** The slot of a key, or the empty one where it belongs. */
  private slotOf(hash: number, db: number, { buffer, offset, length }: Bytes): number {
    const { slots, hashes, databases, starts, text } = this;
    let slot = hash & (slots.length - 1);
    for (;;) {
      const entry = slots[slot]! - 1;
      if (entry < 0) return slot;
      if (
        hashes[entry] === hash &&
        databases[entry] === db &&
        length === starts[entry + 1]! - starts[entry]! &&
        equalBytes(text, starts[entry]!, buffer, offset, length)
      )
        return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  }

  private enlarge(): void {
    const entries = 2 * this.size;
    this.hashes = grown(this.hashes, entries);
    this.databases = grown(this.databases, entries);
    this.typeNumbers = grown(this.typeNumbers, entries);
    this.expires = grown(this.expires, entries);
    this.digests = grown(this.digests, 2 * entries);
    this.starts = grown(this.starts, entries + 1);
    this.taken = grown(this.taken, entries);
    const slots = (this.slots = new Int32Array(2 * entries));
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.hashes[entry]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = entry + 1;
    }
  }
}

function grown<Numbers extends Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array>(
  numbers: Numbers,
  length: number,
): Numbers {
  const larger = new (numbers.constructor as new (length: number) => Numbers)(length);
  larger.set(numbers);
  return larger;
}

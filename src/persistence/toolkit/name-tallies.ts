import { copyBytes, equalBytes, KeyHash } from '../../bytes/hash.js';

/** Names counted at once. A multiple of two, because the table of slots is twice as large. */
const NAMES_MAX = 1 << 18;
const SLOTS = 2 * NAMES_MAX;
/** Room for the bytes of the names: 64 bytes each, and at least some hundred of the longest ones. */
const NAME_BYTES_MAX = 32 * 1024 * 1024;
const HASH_SEED = 0x2545f491;

export interface NameTally {
  name: Buffer;
  commands: number;
  bytes: number;
}

/**
 * Counts how often names occur, and with how many bytes, in bounded memory: about 40 MB however many names there are.
 *
 * When the room is full, the rarer half is forgotten (lossy counting). A name that comes again begins anew, so that what
 * is told may be too low, by `undercount` at the most; what is often enough is never missing. No string is made per
 * name: that took 28 s for 10M records, of which 24 s were spent on strings and their Map.
 */
export class NameTallies {
  /** A count may be too low by this much; 0: all are exact. */
  undercount = 0;
  private names = 0;
  private nameBytes = 0;
  private readonly hash = new KeyHash(HASH_SEED);
  /** Which entry stands there, plus one. */
  private readonly slots = new Int32Array(SLOTS);
  private readonly hashes = new Int32Array(NAMES_MAX);
  private readonly starts = new Int32Array(NAMES_MAX);
  private readonly lengths = new Int32Array(NAMES_MAX);
  private readonly commands = new Float64Array(NAMES_MAX);
  private readonly bytes = new Float64Array(NAMES_MAX);
  private readonly text = Buffer.allocUnsafeSlow(NAME_BYTES_MAX);

  /** Counts the name that stands at `buffer[offset…]`; it must be shorter than a hundredth of the room. */
  add(buffer: Uint8Array, offset: number, length: number, bytes: number): void {
    const hash = this.hash.compute(buffer, offset, length);
    const slot = this.find(hash, buffer, offset, length);
    let entry = this.slots[slot]! - 1;
    if (entry < 0) {
      if (this.names === NAMES_MAX || this.nameBytes + length > NAME_BYTES_MAX) {
        this.forgetRare();
        this.add(buffer, offset, length, bytes);
        return;
      }
      entry = this.names++;
      this.slots[slot] = entry + 1;
      this.hashes[entry] = hash;
      this.starts[entry] = this.nameBytes;
      this.lengths[entry] = length;
      this.commands[entry] = this.bytes[entry] = 0;
      copyBytes(buffer, offset, length, this.text, this.nameBytes);
      this.nameBytes += length;
    }
    this.commands[entry]!++;
    this.bytes[entry]! += bytes;
  }

  /** The slot of a name, or the empty one where it belongs. */
  private find(hash: number, buffer: Uint8Array, offset: number, length: number): number {
    const { slots, hashes, lengths, starts, text } = this;
    let slot = hash & (SLOTS - 1);
    for (;;) {
      const entry = slots[slot]! - 1;
      if (entry < 0) return slot;
      if (
        hashes[entry] === hash &&
        lengths[entry] === length &&
        equalBytes(text, starts[entry]!, buffer, offset, length)
      )
        return slot;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  /** The busiest names, busiest first. */
  busiest(count: number): NameTally[] {
    const { commands, bytes } = this;
    const order = Array.from({ length: this.names }, (_, entry) => entry);
    order.sort((a, b) => commands[b]! - commands[a]! || bytes[b]! - bytes[a]!);
    return order.slice(0, count).map((entry) => ({
      name: Buffer.from(this.text.subarray(this.starts[entry], this.starts[entry]! + this.lengths[entry]!)),
      commands: commands[entry]!,
      bytes: bytes[entry]!,
    }));
  }

  private forgetRare(): void {
    const counts = this.commands.slice(0, this.names).sort();
    const limit = counts[counts.length >> 1]!;
    this.undercount += limit;
    const { hashes, starts, lengths, commands, bytes, text, slots } = this;
    const before = this.names;
    slots.fill(0);
    this.names = this.nameBytes = 0;
    for (let from = 0; from < before; from++) {
      if (commands[from]! <= limit) continue;
      const to = this.names++;
      text.copyWithin(this.nameBytes, starts[from]!, starts[from]! + lengths[from]!);
      starts[to] = this.nameBytes;
      lengths[to] = lengths[from]!;
      hashes[to] = hashes[from]!;
      commands[to] = commands[from]!;
      bytes[to] = bytes[from]!;
      this.nameBytes += lengths[to];
      let slot = hashes[to] & (SLOTS - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
      slots[slot] = to + 1;
    }
  }
}

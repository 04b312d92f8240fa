import { writeInteger } from '../../bytes/ascii.js';
import { Bytes } from '../../bytes/bytes.js';
import { formatDouble } from '../../bytes/double.js';
import { compareBytes, copyBytes } from '../../bytes/hash.js';
import { parseInteger } from '../../bytes/integer.js';
import { ListpackReader } from './listpack-reader.js';
import { ListpackWriter } from './listpack-writer.js';
import { QuicklistContainer, RdbType } from './rdb-format.js';
import type { RdbOutput } from './rdb-output.js';
import type { KeyMeta } from './rdb-visitor.js';

/** Up to here a collection is written as one packed string, as Redis does with its default limits. */
const PACKED_ENTRIES_MAX = 128;
const PACKED_ELEMENT_BYTES_MAX = 64;
const PACKED_LIST_BYTES_MAX = 8192;
const INTSET_MEMBERS_MAX = 512;

/** Writes what stands before a value: its type, and in a file the key with its times. */
export type ValueHeader = (type: number, key: Bytes, meta: KeyMeta) => void;

type Kind = 'list' | 'set' | 'zset' | 'hash';

/**
 * Writes strings, lists, sets, sorted sets and hashes. A collection begins packed, in memory; when it turns out too
 * large for that, what was gathered is written element by element, and so is the rest. Only then must the number of
 * elements be known, and if it is not, its place is filled at the end.
 */
export class RdbValueWriter {
  /** Expire times of hash fields that were left out, because the version written has no place for them. */
  fieldExpiresDropped = 0;

  private kind: Kind = 'list';
  private plain = false;
  /** Redis keeps this score in skip lists only: there is none in a listpack that it writes. */
  private negativeZero = false;
  private count = 0;
  private written = 0;
  private countAt = -1;
  private readonly listpack = new ListpackWriter();
  private readonly integers: number[] = [];
  private readonly key = new Bytes(Buffer.alloc(64));
  private readonly meta: KeyMeta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };
  private sorted = true;
  private lastScore = 0;
  private readonly lastMember = new Bytes(Buffer.alloc(PACKED_ELEMENT_BYTES_MAX));
  private readonly digits = new Bytes(Buffer.alloc(32));

  constructor(
    private readonly output: RdbOutput,
    private readonly header: ValueHeader,
    /** Whether hash fields may expire in the version written. */
    private readonly fieldExpires: boolean,
  ) {}

  string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    this.header(RdbType.STRING, key, meta);
    this.output.string(value);
  }

  start(kind: Kind, key: Bytes, count: number, meta: KeyMeta): void {
    this.kind = kind;
    this.count = count;
    this.written = 0;
    this.plain = false;
    this.sorted = true;
    this.negativeZero = false;
    this.listpack.clear();
    this.integers.length = 0;
    // The type is not known before the last element, so the key waits.
    if (this.key.buffer.length < key.length) this.key.buffer = Buffer.alloc(2 * key.length);
    copyBytes(key.buffer, key.offset, key.length, this.key.buffer, 0);
    this.key.set(this.key.buffer, 0, key.length);
    this.meta.expireAtMs = meta.expireAtMs;
    this.meta.idleSeconds = meta.idleSeconds;
    this.meta.frequency = meta.frequency;
    const entriesMax = kind === 'set' ? INTSET_MEMBERS_MAX : PACKED_ENTRIES_MAX;
    if (kind !== 'list' && count > entriesMax) this.unpack();
  }

  listElement(element: Bytes): void {
    if (!this.plain && this.listpack.bytes + element.length + 11 > PACKED_LIST_BYTES_MAX) this.unpack();
    this.written++;
    if (this.plain) this.output.string(element);
    else this.listpack.append(element);
  }

  setMember(member: Bytes): void {
    if (!this.plain) {
      const value = member.length <= 17 ? parseInteger(member) : NaN;
      // Larger integers stay exact as text; whoever loads them makes an intset of them all the same.
      if (Number.isSafeInteger(value) && this.integers.length < INTSET_MEMBERS_MAX) {
        this.integers.push(value);
        return;
      }
      this.unpack();
    }
    this.written++;
    this.output.string(member);
  }

  zsetMember(member: Bytes, score: number): void {
    if (!this.plain && !this.packs(member)) this.unpack();
    this.written++;
    if (this.plain) {
      this.output.string(member);
      this.output.double(score);
      return;
    }
    this.noteOrder(member, score);
    this.listpack.append(member);
    this.negativeZero ||= Object.is(score, -0);
    if (Number.isSafeInteger(score) && !Object.is(score, -0)) this.listpack.appendInteger(score);
    else this.listpack.append(Bytes.from(formatDouble(score)));
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    const expires = expireAtMs >= 0 && this.fieldExpires;
    if (expireAtMs >= 0 && !this.fieldExpires) this.fieldExpiresDropped++;
    if (!this.plain && (expires || !this.packs(field) || value.length > PACKED_ELEMENT_BYTES_MAX))
      this.unpack();
    this.written++;
    if (this.plain) {
      if (this.fieldExpires) this.output.length(expires ? expireAtMs : 0);
      this.output.string(field);
      this.output.string(value);
    } else {
      this.listpack.append(field);
      this.listpack.append(value);
    }
  }

  private packs(element: Bytes): boolean {
    return element.length <= PACKED_ELEMENT_BYTES_MAX && this.written < PACKED_ENTRIES_MAX;
  }

  /** Whoever loads a packed sorted set relies on its order. */
  private noteOrder(member: Bytes, score: number): void {
    const { lastMember } = this;
    if (this.written > 1 && !(score > this.lastScore)) {
      this.sorted &&= score === this.lastScore && compareBytes(lastMember, member) < 0;
    }
    this.lastScore = score;
    copyBytes(member.buffer, member.offset, member.length, lastMember.buffer, 0);
    lastMember.length = member.length;
  }

  end(): void {
    const { output, kind } = this;
    if (kind === 'zset' && !this.plain && (!this.sorted || this.negativeZero)) this.unpack();
    if (this.plain) {
      if (this.countAt >= 0) output.setLength(this.countAt, this.written);
      return;
    }
    if (kind === 'set') return this.endIntset();
    const { LIST_QUICKLIST_2, ZSET_LISTPACK, HASH_LISTPACK } = RdbType;
    this.header(
      kind === 'list' ? LIST_QUICKLIST_2 : kind === 'zset' ? ZSET_LISTPACK : HASH_LISTPACK,
      this.key,
      this.meta,
    );
    if (kind === 'list') {
      output.length(1);
      output.length(QuicklistContainer.PACKED);
    }
    output.string(this.listpack.finish());
  }

  private endIntset(): void {
    const integers = this.integers.sort((a, b) => a - b);
    const first = integers[0]!;
    const last = integers[integers.length - 1]!;
    const width = first >= -0x8000 && last < 0x8000 ? 2 : first >= -0x8000_0000 && last < 0x8000_0000 ? 4 : 8;
    const bytes = Buffer.allocUnsafe(8 + width * integers.length);
    bytes.writeUInt32LE(width, 0);
    let at = bytes.writeUInt32LE(integers.length, 4);
    for (const value of integers) {
      if (width === 8) at = bytes.writeBigInt64LE(BigInt(value), at);
      else at = bytes.writeIntLE(value, at, width);
    }
    this.header(RdbType.SET_INTSET, this.key, this.meta);
    this.output.string(new Bytes(bytes));
  }

  /** Goes over from the packed form: writes the start of the plain one and what was gathered. */
  private unpack(): void {
    const { output, kind } = this;
    this.plain = true;
    const { LIST, SET, ZSET_2, HASH, HASH_METADATA } = RdbType;
    const hash = this.fieldExpires ? HASH_METADATA : HASH;
    this.header(
      kind === 'list' ? LIST : kind === 'set' ? SET : kind === 'zset' ? ZSET_2 : hash,
      this.key,
      this.meta,
    );
    // Times of fields are relative to the earliest, plus one: with 1 for it they are what they are.
    if (kind === 'hash' && this.fieldExpires) output.int64(1);
    if (this.count < 0) this.countAt = output.lengthLater();
    else {
      output.length(this.count);
      this.countAt = -1;
    }
    if (kind === 'set') this.writeIntegers();
    else if (this.listpack.count > 0) this.writeListpack();
  }

  private writeIntegers(): void {
    const { digits } = this;
    for (const value of this.integers) {
      digits.length = writeInteger(value, digits.buffer, 0);
      this.output.string(digits);
      this.written++;
    }
  }

  private writeListpack(): void {
    const { output, kind } = this;
    const reader = new ListpackReader();
    const element = new Bytes(this.digits.buffer);
    reader.open(this.listpack.finish());
    for (;;) {
      if (kind === 'hash' && this.fieldExpires) {
        if (reader.done) return;
        output.length(0);
      }
      if (!reader.next(element)) return;
      output.string(element);
      if (kind === 'zset') output.double(reader.number(element));
      else if (kind === 'hash' && reader.next(element)) output.string(element);
      reader.reuse();
    }
  }
}

import { Bytes } from '../../bytes/bytes.js';
import { compareBytes, copyBytes } from '../../bytes/hash.js';
import type { Database } from '../database.js';
import { spliceValue } from '../packed-entries.js';
import { readVarint, varintBytes, writeVarint } from '../varint.js';
import {
  readScore,
  SCORE_BYTES,
  SCORE_KIND_BITS,
  SCORE_KIND_MASK,
  scoreKind,
  writeScore,
} from './sorted-set-score.js';

/*
 * A small sorted set in its record:
 *
 *   representation, flags, number of entries (a byte each), then the entries in order of (score, member):
 *   a byte of score kind (3 bits) and member length (5 bits; 31: a varint follows the score), score, member
 */

const COUNT_AT = 2;
export const PACKED_HEADER_BYTES = 3;
/** Scanning stays cheaper than a tree's cache misses up to about this many entries. */
export const PACKED_ENTRIES_MAX = 128;
/** Above this, moving bytes costs more than a tree. */
export const PACKED_BYTES_MAX = 8192;
const LENGTH_LONG = 31;

/** A window on one small sorted set. Offsets are of bytes in the record's page. */
export class PackedSortedSet {
  private db: Database | null = null;
  ref = 0;
  private page: Uint8Array = NO_PAGE;
  private start = 0;
  private end = 0;
  size = 0;

  // What `find` found.
  private foundAt = 0;
  private foundRank = 0;

  // The cursor, and where the entries stand that it has passed.
  private rank = 0;
  /** 1 or -1: which way the run goes. */
  private runStep = 1;
  private readonly offsets = new Int32Array(PACKED_ENTRIES_MAX + 1);
  private readonly view = new Bytes(NO_PAGE);
  private scratch = new Uint8Array(256);

  open(db: Database, ref: number): void {
    const { records } = db;
    this.db = db;
    this.ref = ref;
    this.page = records.page8(ref);
    this.start = records.valueStart(ref);
    this.end = this.start + records.valueLength(ref);
    this.size = this.page[this.start + COUNT_AT]!;
  }

  /** Writes the header of an empty one. */
  initialize(): void {
    this.page[this.start + COUNT_AT] = 0;
    this.size = 0;
  }

  /** True when another member fits this form. */
  hasRoomFor(member: Bytes): boolean {
    return (
      this.size < PACKED_ENTRIES_MAX &&
      this.end - this.start + entryBytes(7, member.length) <= PACKED_BYTES_MAX
    );
  }

  // Entries

  private entryScore(at: number): number {
    const { page } = this;
    return readScore(page[at]! & SCORE_KIND_MASK, page, at + 1);
  }

  /** Points the view at the member of an entry; where the next entry stands. */
  private entryMember(at: number, view: Bytes): number {
    const { page } = this;
    const tag = page[at]!;
    let memberAt = at + 1 + SCORE_BYTES[tag & SCORE_KIND_MASK]!;
    let length = tag >>> SCORE_KIND_BITS;
    if (length === LENGTH_LONG) {
      length = readVarint(page, memberAt);
      memberAt += varintBytes(length);
    }
    view.set(page, memberAt, length);
    return memberAt + length;
  }

  private next(at: number): number {
    const { page } = this;
    const tag = page[at]!;
    const memberAt = at + 1 + SCORE_BYTES[tag & SCORE_KIND_MASK]!;
    const length = tag >>> SCORE_KIND_BITS;
    if (length !== LENGTH_LONG) return memberAt + length;
    const long = readVarint(page, memberAt);
    return memberAt + varintBytes(long) + long;
  }

  /** The score of a member, or NaN. */
  find(member: Bytes): number {
    const { page, end } = this;
    const { buffer, offset, length } = member;
    if (length >= LENGTH_LONG || length === 0) return this.findUnusual(member);
    const lastByte = buffer[offset + length - 1]!;
    let at = this.start + PACKED_HEADER_BYTES;
    for (let rank = 0; at < end; rank++) {
      const tag = page[at]!;
      const memberAt = at + 1 + SCORE_BYTES[tag & SCORE_KIND_MASK]!;
      const ownLength = tag >>> SCORE_KIND_BITS;
      // Members often begin alike, so the last byte tells most.
      if (ownLength === length && page[memberAt + length - 1] === lastByte) {
        let i = 0;
        while (i < length && page[memberAt + i] === buffer[offset + i]) i++;
        if (i === length) return this.found(at, rank);
      }
      at = ownLength === LENGTH_LONG ? this.next(at) : memberAt + ownLength;
    }
    return NaN;
  }

  private findUnusual(member: Bytes): number {
    const { view, end } = this;
    let at = this.start + PACKED_HEADER_BYTES;
    for (let rank = 0; at < end; rank++) {
      const next = this.entryMember(at, view);
      if (view.length === member.length && compareBytes(view, member) === 0) return this.found(at, rank);
      at = next;
    }
    return NaN;
  }

  private found(at: number, rank: number): number {
    this.foundAt = at;
    this.foundRank = rank;
    return this.entryScore(at);
  }

  /** Rank of the member that `find` has just found. */
  rankOfFound(): number {
    return this.foundRank;
  }

  /** Entries with a score below `score`, or not above it if `orEqual`. */
  rankOfScore(score: number, orEqual: boolean): number {
    let at = this.start + PACKED_HEADER_BYTES;
    for (let rank = 0; rank < this.size; rank++) {
      const own = this.entryScore(at);
      if (orEqual ? own > score : own >= score) return rank;
      at = this.next(at);
    }
    return this.size;
  }

  /** Entries before the first whose member is not below `member`, or above it if `orEqual`. */
  rankOfMember(member: Bytes, orEqual: boolean): number {
    let at = this.start + PACKED_HEADER_BYTES;
    for (let rank = 0; rank < this.size; rank++) {
      const next = this.entryMember(at, this.view);
      const difference = compareBytes(this.view, member);
      if (orEqual ? difference > 0 : difference >= 0) return rank;
      at = next;
    }
    return this.size;
  }

  // Cursor

  /** Puts the cursor on the entry of a rank, which must be below the size. */
  seek(rank: number): void {
    let at = this.start + PACKED_HEADER_BYTES;
    this.offsets[0] = at;
    for (let i = 1; i <= rank; i++) this.offsets[i] = at = this.next(at);
    this.rank = rank;
  }

  /** Takes `count` entries from the cursor on, backwards if `reverse`; they must be there. */
  readRun(count: number, reverse: boolean): number {
    const { offsets, rank } = this;
    this.runStep = reverse ? -1 : 1;
    if (!reverse) for (let i = 1; i < count; i++) offsets[rank + i] = this.next(offsets[rank + i - 1]!);
    return count;
  }

  private runOffset(i: number): number {
    return this.offsets[this.rank + this.runStep * i]!;
  }

  /** Score of an entry of the run. */
  runScore(i: number): number {
    return this.entryScore(this.runOffset(i));
  }

  /** Points `view` at the member of an entry of the run. */
  runMember(i: number, view: Bytes): Bytes {
    this.entryMember(this.runOffset(i), view);
    return view;
  }

  get score(): number {
    return this.entryScore(this.offsets[this.rank]!);
  }

  member(view: Bytes): Bytes {
    this.entryMember(this.offsets[this.rank]!, view);
    return view;
  }

  // Changing

  /** Adds a member that is not there. */
  insert(member: Bytes, score: number): void {
    const at = this.placeOf(member, score) - this.start;
    const kind = scoreKind(score);
    this.splice(at, 0, entryBytes(kind, member.length));
    this.write(this.start + at, member, kind, score);
    this.setSize(this.size + 1);
  }

  /** Where an entry belongs that is not there. */
  private placeOf(member: Bytes, score: number): number {
    const { view, end } = this;
    let at = this.start + PACKED_HEADER_BYTES;
    while (at < end) {
      const own = this.entryScore(at);
      if (own > score) return at;
      const next = this.entryMember(at, view);
      if (own === score && compareBytes(view, member) > 0) return at;
      at = next;
    }
    return end;
  }

  private write(at: number, member: Bytes, kind: number, score: number): void {
    const { page } = this;
    const long = member.length >= LENGTH_LONG;
    page[at] = kind | ((long ? LENGTH_LONG : member.length) << SCORE_KIND_BITS);
    writeScore(kind, score, page, at + 1);
    let memberAt = at + 1 + SCORE_BYTES[kind]!;
    if (long) memberAt = writeVarint(member.length, page, memberAt);
    copyBytes(member.buffer, member.offset, member.length, page, memberAt);
  }

  /** Gives the member that `find(member)` has just found another score. */
  update(member: Bytes, score: number): void {
    const kind = scoreKind(score);
    const at = this.foundAt;
    if (SCORE_BYTES[kind] !== SCORE_BYTES[this.page[at]! & SCORE_KIND_MASK]) {
      this.removeFound();
      this.insert(member, score);
      return;
    }
    const bytes = this.next(at) - at;
    const place = this.placeOf(member, score);
    // A place right before or behind the entry itself leaves it where it is.
    const target = place > at ? place - bytes : place;
    if (target !== at) this.moveEntry(at, bytes, target);
    this.page[target] = (this.page[target]! & ~SCORE_KIND_MASK) | kind;
    writeScore(kind, score, this.page, target + 1);
  }

  private moveEntry(at: number, bytes: number, target: number): void {
    const { page } = this;
    if (this.scratch.length < bytes) this.scratch = new Uint8Array(PACKED_BYTES_MAX);
    copyBytes(page, at, bytes, this.scratch, 0);
    if (target < at) page.copyWithin(target + bytes, target, at);
    else page.copyWithin(at, at + bytes, target + bytes);
    copyBytes(this.scratch, 0, bytes, page, target);
  }

  /** Removes the member that `find` has just found. */
  removeFound(): void {
    const at = this.foundAt;
    this.splice(at - this.start, this.next(at) - at, 0);
    this.setSize(this.size - 1);
  }

  /** Removes the entries of ranks `[from, to)`. */
  removeRanks(from: number, to: number): void {
    this.seek(from);
    const first = this.offsets[from]!;
    let last = first;
    for (let i = from; i < to; i++) last = this.next(last);
    this.splice(first - this.start, last - first, 0);
    this.setSize(this.size - (to - from));
  }

  private splice(offset: number, removed: number, inserted: number): void {
    const db = this.db!;
    this.open(db, spliceValue(db, this.ref, offset, removed, inserted));
  }

  private setSize(size: number): void {
    this.size = size;
    this.page[this.start + COUNT_AT] = size;
  }
}

const NO_PAGE = new Uint8Array(0);

function entryBytes(kind: number, memberLength: number): number {
  const long = memberLength >= LENGTH_LONG ? varintBytes(memberLength) : 0;
  return 1 + SCORE_BYTES[kind]! + long + memberLength;
}

import { Bytes } from '../../../bytes/bytes.js';
import { readDouble } from '../../../bytes/double.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';

/** What the two ends of a range are. */
export const RangeKind = { RANK: 0, SCORE: 1, LEX: 2 } as const;
export type RangeKind = (typeof RangeKind)[keyof typeof RangeKind];

const NOT_A_FLOAT = 'ERR min or max is not a float';
const NOT_A_STRING_RANGE = 'ERR min or max not valid string range item';

const EXCLUSIVE = 40; // (
const INCLUSIVE = 91; // [
const MINUS = 45;
const PLUS = 43;

/** An end of a range by members: before all of them, after all of them, or at a member. */
interface LexEnd {
  infinite: -1 | 0 | 1;
  exclusive: boolean;
  readonly member: Bytes;
}

/**
 * A range as a command gives it, and, once it is applied to a sorted set, the ranks `[from, to)` that it stands for. One
 * object serves one command after the other.
 */
export class Range {
  /** Ranks, of the ascending order. */
  from = 0;
  to = 0;

  private kind: RangeKind = RangeKind.RANK;
  private min = 0;
  private max = 0;
  private minExclusive = false;
  private maxExclusive = false;
  private readonly minLex = lexEnd();
  private readonly maxLex = lexEnd();
  private readonly view = new Bytes(new Uint8Array(0));

  /** Reads the ends from two arguments; false after it has replied with the error. */
  read(session: Session, request: Request, kind: RangeKind, minAt: number, maxAt: number): boolean {
    this.kind = kind;
    switch (kind) {
      case RangeKind.RANK:
        return this.readRanks(session, request, minAt, maxAt);
      case RangeKind.SCORE:
        return this.readScores(session, request.arg(minAt), request.arg(maxAt));
      case RangeKind.LEX:
        if (readLexEnd(this.minLex, request.arg(minAt)) && readLexEnd(this.maxLex, request.arg(maxAt)))
          return true;
        session.reply.error(NOT_A_STRING_RANGE);
        return false;
    }
  }

  private readRanks(session: Session, request: Request, minAt: number, maxAt: number): boolean {
    const start = integerArgument(session, request, minAt);
    if (start === null) return false;
    const stop = integerArgument(session, request, maxAt);
    if (stop === null) return false;
    this.min = start;
    this.max = stop;
    return true;
  }

  private readScores(session: Session, min: Bytes, max: Bytes): boolean {
    this.minExclusive = isExclusive(min);
    this.maxExclusive = isExclusive(max);
    this.min = this.readScore(min, this.minExclusive);
    this.max = this.readScore(max, this.maxExclusive);
    if (!Number.isNaN(this.min) && !Number.isNaN(this.max)) return true;
    session.reply.error(NOT_A_FLOAT);
    return false;
  }

  /** More lenient than other numbers, as in Redis: spaces before it, nothing at all, and any magnitude. */
  private readScore(end: Bytes, exclusive: boolean): number {
    const skip = exclusive ? 1 : 0;
    const bytes = this.view.set(end.buffer, end.offset + skip, end.length - skip);
    const score = readDouble(bytes);
    if (!Number.isNaN(score)) return score;
    if (bytes.length === 0) return 0;
    const text = bytes.toString().trimStart();
    if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  }

  /** Finds the ranks of the range. A range of ranks counts from the highest score if `reverse`. */
  apply(set: SortedSet, reverse: boolean): void {
    switch (this.kind) {
      case RangeKind.RANK:
        this.applyRanks(set.size, reverse);
        break;
      case RangeKind.SCORE:
        this.to = this.min > this.max ? 0 : set.rankOfScore(this.max, !this.maxExclusive);
        // The lower end comes last: where the cursor is left, most ranges begin.
        this.from = set.rankOfScore(this.min, this.minExclusive);
        break;
      case RangeKind.LEX:
        this.to = rankOfLexEnd(set, this.maxLex, !this.maxLex.exclusive);
        this.from = rankOfLexEnd(set, this.minLex, this.minLex.exclusive);
        break;
    }
    if (this.to < this.from) this.to = this.from;
  }

  private applyRanks(size: number, reverse: boolean): void {
    const start = Math.max(0, this.min < 0 ? this.min + size : this.min);
    const stop = Math.min(size - 1, this.max < 0 ? this.max + size : this.max);
    const empty = start > stop || start >= size;
    this.from = empty ? 0 : reverse ? size - 1 - stop : start;
    this.to = empty ? 0 : reverse ? size - start : stop + 1;
  }

  /** Leaves out `offset` entries, from the upper end if `reverse`, and what goes beyond `count` (negative: none). */
  limit(offset: number, count: number, reverse: boolean): void {
    const size = this.to - this.from;
    const skipped = offset < 0 ? size : Math.min(size, offset);
    const kept = count < 0 ? size - skipped : Math.min(size - skipped, count);
    if (reverse) this.from = this.to - skipped - kept;
    else this.from += skipped;
    this.to = this.from + kept;
  }
}

/** The range of the running command. */
export const range = new Range();

function lexEnd(): LexEnd {
  return { infinite: 0, exclusive: false, member: new Bytes(new Uint8Array(0)) };
}

function isExclusive(end: Bytes): boolean {
  return end.length > 0 && end.buffer[end.offset] === EXCLUSIVE;
}

function readLexEnd(end: LexEnd, bytes: Bytes): boolean {
  const first = bytes.length === 0 ? 0 : bytes.buffer[bytes.offset]!;
  if (first === MINUS || first === PLUS) {
    end.infinite = first === MINUS ? -1 : 1;
    end.exclusive = false;
    return bytes.length === 1;
  }
  if (first !== EXCLUSIVE && first !== INCLUSIVE) return false;
  end.infinite = 0;
  end.exclusive = first === EXCLUSIVE;
  end.member.set(bytes.buffer, bytes.offset + 1, bytes.length - 1);
  return true;
}

function rankOfLexEnd(set: SortedSet, end: LexEnd, orEqual: boolean): number {
  if (end.infinite !== 0) return end.infinite < 0 ? 0 : set.size;
  return set.rankOfMember(end.member, orEqual);
}

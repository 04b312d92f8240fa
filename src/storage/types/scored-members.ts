import type { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import type { Database } from '../database.js';

/** What is known of a result before it is stored: all members, their number, or neither. */
export type KnownBefore = 'members' | 'number' | 'nothing';

/** Members and their scores, copied from wherever they stood: a result before it is stored. */
export class ScoredMembers {
  size = 0;
  /** Bytes of the longest member. */
  private longest = 0;
  private bytes = new Uint8Array(256);
  private used = 0;
  /** Where each member ends. */
  private ends = new Int32Array(16);
  private scores = new Float64Array(16);

  add(member: Bytes, score: number): void {
    if (this.size === this.ends.length) this.growEntries();
    const end = this.used + member.length;
    if (end > this.bytes.length) this.growBytes(end);
    copyBytes(member.buffer, member.offset, member.length, this.bytes, this.used);
    this.used = end;
    if (member.length > this.longest) this.longest = member.length;
    this.ends[this.size] = end;
    this.scores[this.size++] = score;
  }

  private growEntries(): void {
    const ends = new Int32Array(2 * this.size);
    const scores = new Float64Array(2 * this.size);
    ends.set(this.ends);
    scores.set(this.scores);
    this.ends = ends;
    this.scores = scores;
  }

  private growBytes(least: number): void {
    const bytes = new Uint8Array(Math.max(least, 2 * this.bytes.length));
    bytes.set(this.bytes.subarray(0, this.used));
    this.bytes = bytes;
  }

  /** Points `view` at a member; it stays valid until the next `add`. */
  member(index: number, view: Bytes): Bytes {
    const start = index === 0 ? 0 : this.ends[index - 1]!;
    return view.set(this.bytes, start, this.ends[index]! - start);
  }

  score(index: number): number {
    return this.scores[index]!;
  }

  setScore(index: number, score: number): void {
    this.scores[index] = score;
  }

  /**
   * Makes them the value of a key that is not there; there must be at least one, and none twice. Redis chooses the
   * encoding by what it knows before the first member is added.
   */
  store(db: Database, key: Bytes, view: Bytes, known: KnownBefore): void {
    const set = db.keyspace.sortedSet.create(db, key);
    if (known !== 'nothing') set.expect(this.size, known === 'members' ? this.longest : 0);
    for (let i = 0; i < this.size; i++) set.insert(this.member(i, view), this.score(i));
  }
}

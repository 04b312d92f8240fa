import { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import type { Keyspace } from '../keyspace.js';
import { Representation } from '../representation.js';
import { PACKED_HEADER_BYTES, PackedSortedSet } from './sorted-set-packed.js';
import { TreeSortedSet } from './sorted-set-tree.js';

const FLAGS_AT = 1;
/** Redis would have turned the value into a skip list, and never turns it back. */
const REPORTED_SKIPLIST = 1;

/**
 * A window on one sorted set: `open` moves it to a record. Its members stand in the order of (score, member); the rank
 * of the first one is 0. Scores are never NaN, so NaN says that a member is not there.
 *
 * Small ones are packed bytes in the record, larger ones a tree and a dictionary. `ref` is the record's; it changes when
 * the value does. What `find` found and where the cursor stands is valid until the next change or `open`. Members are
 * read through views of the caller's, valid until the next change.
 *
 * A sorted set without members may stand only for a moment: who removes the last one removes the key.
 */
export class SortedSet {
  private readonly packed = new PackedSortedSet();
  private readonly tree: TreeSortedSet;
  private form: PackedSortedSet | TreeSortedSet = this.packed;
  private db: Database | null = null;

  constructor(private readonly keyspace: Keyspace) {
    this.tree = new TreeSortedSet(keyspace);
  }

  /** Moves the window to the sorted set of a record. */
  open(db: Database, ref: number): this {
    this.db = db;
    this.form = db.representation(ref) === Representation.ZSET_PACKED ? this.packed : this.tree;
    this.form.open(db, ref);
    return this;
  }

  /** Makes an empty sorted set for a key that is not there, and opens it. */
  create(db: Database, key: Bytes): this {
    const ref = db.create(key, Representation.ZSET_PACKED, PACKED_HEADER_BYTES);
    db.records.page8(ref)[db.records.valueStart(ref) + FLAGS_AT] = 0;
    this.db = db;
    this.form = this.packed;
    this.packed.open(db, ref);
    this.packed.initialize();
    return this;
  }

  get ref(): number {
    return this.form.ref;
  }

  get size(): number {
    return this.form.size;
  }

  // Reading

  /** The score of a member, or NaN. */
  find(member: Bytes): number {
    return this.form.find(member);
  }

  /** Rank of the member that `find` has just found. */
  rankOfFound(): number {
    return this.form.rankOfFound();
  }

  /** How many members have a score below `score`, or not above it if `orEqual`. */
  rankOfScore(score: number, orEqual: boolean): number {
    return this.form.rankOfScore(score, orEqual);
  }

  /** How many members are below `member`, or not above it if `orEqual`, where all scores are the same. */
  rankOfMember(member: Bytes, orEqual: boolean): number {
    return this.form.rankOfMember(member, orEqual);
  }

  /** Puts the cursor on the entry of a rank, which must be below the size. */
  seek(rank: number): void {
    this.form.seek(rank);
  }

  /**
   * Takes some of the `count` entries from the cursor on, which must be there, and moves it behind them; backwards if
   * `reverse`. How many, at least one: they are read by their place in the run until the next call.
   */
  readRun(count: number, reverse: boolean): number {
    return this.form.readRun(count, reverse);
  }

  /** Score of an entry of the run. */
  runScore(i: number): number {
    return this.form.runScore(i);
  }

  /** Points `view` at the member of an entry of the run. */
  runMember(i: number, view: Bytes): Bytes {
    return this.form.runMember(i, view);
  }

  /** Score at the cursor. */
  get score(): number {
    return this.form.score;
  }

  /** Points `view` at the member at the cursor. */
  member(view: Bytes): Bytes {
    return this.form.member(view);
  }

  /** Visits every member in order. `visit` must change nothing, and copies the member to keep it. */
  forEach(visit: (member: Bytes, score: number) => void): void {
    const view = new Bytes(NO_BYTES);
    if (this.size > 0) this.seek(0);
    for (let left = this.size; left > 0;) {
      const run = this.readRun(left, false);
      for (let i = 0; i < run; i++) visit(this.runMember(i, view), this.runScore(i));
      left -= run;
    }
  }

  /**
   * Visits about `count` members from `cursor` on, a small set's all at once; the next cursor, or 0 at the end. A member
   * that is there during a whole scan is visited at least once. `visit` must change nothing.
   */
  scan(cursor: number, count: number, visit: (member: Bytes, score: number) => void): number {
    if (this.form === this.tree) return this.tree.scan(cursor, count, new Bytes(NO_BYTES), visit);
    this.forEach(visit);
    return 0;
  }

  /** What OBJECT ENCODING says. */
  get encoding(): 'listpack' | 'skiplist' {
    return (this.flags & REPORTED_SKIPLIST) === 0 ? 'listpack' : 'skiplist';
  }

  private get flags(): number {
    const { records } = this.db!;
    return records.page8(this.ref)[records.valueStart(this.ref) + FLAGS_AT]!;
  }

  private reportSkiplist(): void {
    const { records } = this.db!;
    records.page8(this.ref)[records.valueStart(this.ref) + FLAGS_AT]! |= REPORTED_SKIPLIST;
  }

  // Changing

  /** Adds a member that is not there. `member` must not be a view into this sorted set. */
  insert(member: Bytes, score: number): void {
    this.expect(this.size + 1, member.length);
    if (this.form === this.packed && !this.packed.hasRoomFor(member)) this.grow();
    this.form.insert(member, this.stored(score));
  }

  /** Says that there will be `size` members, the longest of `memberBytes`: Redis chooses its encoding by that. */
  expect(size: number, memberBytes: number): void {
    const { zsetEntriesMax, zsetValueBytesMax } = this.keyspace.encodingLimits;
    if (size > zsetEntriesMax || memberBytes > zsetValueBytesMax) this.reportSkiplist();
  }

  /** Redis's listpacks hold integers as integers, so they know no -0; its skip lists do. */
  private stored(score: number): number {
    return score === 0 && this.encoding === 'listpack' ? 0 : score;
  }

  /** Gives the member that `find(member)` has just found another score. */
  update(member: Bytes, score: number): void {
    this.form.update(member, this.stored(score));
  }

  /** Says that entries are removed one by one from the cursor on, backwards if `reverse`. */
  expectRemovals(reverse: boolean): void {
    if (this.form === this.tree) this.tree.expectRemovals(reverse);
  }

  /** Removes the member that `find` has just found. */
  removeFound(): void {
    this.form.removeFound();
  }

  /** Removes the entries of ranks `[from, to)`, at least one. */
  removeRanks(from: number, to: number): void {
    this.form.removeRanks(from, to);
  }

  /** Sets the score of a member, whether it is there or not. */
  set(member: Bytes, score: number): void {
    if (Number.isNaN(this.find(member))) this.insert(member, score);
    else this.update(member, score);
  }

  /** Turns a packed sorted set into a tree. */
  private grow(): void {
    const { tree } = this;
    const db = this.db!;
    tree.createHead();
    this.forEach((member, score) => {
      tree.insert(member, score);
    });
    tree.own(db, this.packed.ref, this.flags);
    this.form = tree;
  }

  /** Gives the open record, a byte for byte copy of another one, members of its own; its ref afterwards. */
  separate(): number {
    if (this.form === this.packed) return this.ref;
    const copy = new TreeSortedSet(this.keyspace);
    copy.createHead();
    copy.reserve(this.size);
    this.forEach((member, score) => {
      copy.insert(member, score);
    });
    copy.own(this.db!, this.ref, this.flags);
    return copy.ref;
  }

  /** Bytes outside the record of a large one. */
  partBytes(samples: number): number {
    return this.tree.bytes(samples);
  }
}

const NO_BYTES = new Uint8Array(0);

/** Tells the keyspace how to release, copy and name the values of this file. */
export function registerSortedSets(keyspace: Keyspace): void {
  const { sortedSet, partBytes, partOwners, partCopiers, encodings } = keyspace;
  const released = new TreeSortedSet(keyspace);
  partOwners[Representation.ZSET_TREE] = {
    effort: (db, ref) => {
      released.open(db, ref);
      return released.size;
    },
    release: (db, ref, steps) => {
      released.open(db, ref);
      return released.release(steps);
    },
  };
  partBytes[Representation.ZSET_TREE] = (db, ref, samples) => sortedSet.open(db, ref).partBytes(samples);
  partCopiers[Representation.ZSET_TREE] = (db, ref) => sortedSet.open(db, ref).separate();
  for (const representation of [Representation.ZSET_PACKED, Representation.ZSET_TREE]) {
    encodings[representation] = (db, ref) => sortedSet.open(db, ref).encoding;
  }
}

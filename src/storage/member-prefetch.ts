import type { KeyHash } from '../bytes/hash.js';
import { dictOf } from './dict-record.js';
import { Dict } from './dict.js';
import { PREFETCH_MAX, type RecordShards } from './record-shards.js';
import { Representation } from './representation.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from './slab.js';
import { dictOfTree } from './types/sorted-set-tree.js';

/**
 * Loads what looking up members of large aggregates will need: of a batch first all slots of their dictionaries, then
 * all entries. The loads do not depend on each other, so their cache misses overlap. Everything is a guess: whoever
 * looks up afterwards compares hashes and bytes.
 */
export class MemberPrefetch {
  private readonly dict: Dict;
  /** Hashes of the members of the open dictionary. */
  private readonly hashes = new Int32Array(PREFETCH_MAX);
  private hashCount = 0;
  private readonly entries = new Int32Array(PREFETCH_MAX);
  private entryCount = 0;
  /** The dictionary that `dict` is open on; 0 at the start of a batch, since it may have changed since. */
  private opened = 0;
  /** Keeps the loads from being optimised away. */
  sink = 0;

  constructor(
    private readonly slab: Slab,
    private readonly hash: KeyHash,
  ) {
    this.dict = new Dict(slab, hash, { prefixBytes: 0, hasValues: false }, () => 0);
  }

  /** Takes in a member, the bytes `[offset, offset + length)` of a view, in what `record` of `db` holds, whatever that is. */
  add(db: RecordShards, record: number, view: DataView, offset: number, length: number): void {
    const dict = largeDict(this.slab, db, record);
    if (dict === 0) return;
    if (dict !== this.opened) {
      this.guess();
      this.dict.open(dict);
      this.opened = dict;
    }
    this.hashes[this.hashCount++] = this.hash.computeViewed(view, offset, length);
  }

  /** Loads the slots of the open dictionary: in a loop of their own, since the processor looks only so far ahead. */
  private guess(): void {
    const { hashCount } = this;
    if (hashCount === 0) return;
    this.dict.guess(this.hashes, hashCount, this.entries, this.entryCount);
    this.entryCount += hashCount;
    this.hashCount = 0;
  }

  /** Loads all that was added. */
  load(): void {
    this.guess();
    const { entries, entryCount } = this;
    const { pages32 } = this.slab;
    let sum = 0;
    for (let i = 0; i < entryCount; i++) {
      const entry = entries[i]!;
      if (entry > 0 || entry < -1) sum ^= pages32[entry >>> REF_PAGE_SHIFT]![(entry & REF_UNIT_MASK) << 1]!;
    }
    this.sink = sum;
    this.entryCount = 0;
    this.opened = 0;
  }
}

/** The dictionary of members or fields that a record names, or 0. */
function largeDict(slab: Slab, db: RecordShards, record: number): number {
  switch (db.representation(record)) {
    case Representation.SET_DICT:
    case Representation.HASH_DICT:
      return dictOf(db, record);
    case Representation.ZSET_TREE:
      return dictOfTree(slab, dictOf(db, record));
    default:
      return 0;
  }
}

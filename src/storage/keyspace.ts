import type { Bytes } from '../bytes/bytes.js';
import { KeyHash } from '../bytes/hash.js';
import { AccessClock } from './access-clock.js';
import { Database } from './database.js';
import { Dict } from './dict.js';
import { EncodingLimits } from './encoding-limits.js';
import { EvacuatingSlab } from './evacuating-slab.js';
import { LazyFree, type ValueParts } from './lazy-free.js';
import { MemberPrefetch } from './member-prefetch.js';
import { RankBatch } from './rank-batch.js';
import { Records } from './record.js';
import { ownListParts } from './types/list.js';
import { ownStreamParts } from './types/stream.js';
import { registerHashes } from './types/hash.js';
import { TreeSortedSet } from './types/sorted-set-tree.js';
import { registerSets } from './types/set.js';
import { registerSortedSets, SortedSet } from './types/sorted-set.js';

const WITH_VALUES = { prefixBytes: 0, hasValues: true };
const WITHOUT_VALUES = { prefixBytes: 0, hasValues: false };

export interface KeyspaceOptions {
  /** Power of two. */
  readonly shardCount: number;
  readonly databaseCount: number;
  /** Bound on the keys of one shard of one database, the least recently used going first; 0 is none. */
  readonly keysPerShardMax: number;
  /** [0, 1): hash seeds, random members, sampling. Given, so that a run can be repeated. */
  readonly random: () => number;
}

/** All databases, over one slab. It owns no timer and no clock: the time comes in as an argument. */
export class Keyspace {
  readonly slab = new EvacuatingSlab();
  readonly records = new Records(this.slab);
  readonly hash: KeyHash;
  readonly accessClock: AccessClock;
  readonly databases: Database[] = [];

  /** Counts for INFO. */
  hits = 0;
  misses = 0;
  expiredKeys = 0;
  evictedKeys = 0;

  /** Lookups leave the access fields alone (CLIENT NO-TOUCH, and commands that only inspect). */
  quietLookups = false;
  /** A replica keeps expired keys until its primary removes them; readers see them as gone. */
  keepExpired = false;
  clockSeconds = 0;

  /** Called with a key that was removed because its time has passed. */
  onExpired: (database: Database, key: Bytes) => void = ignore;
  /** Called when a command that reads has not found a key, while somebody wants to know. */
  onMissed: ((database: Database, key: Bytes) => void) | null = null;
  /** Called when a key that was not there has got a record, likewise. */
  onCreated: ((database: Database, key: Bytes) => void) | null = null;
  /** Called before a value changes, while somebody must see the old one. `ref` is 0 for a key that is not there. */
  beforeWrite: ((database: Database, key: Bytes, ref: number) => void) | null = null;
  /** True when an expired key is to be seen as alive: while a pause or a load forbids its removal. */
  expirePaused: (database: Database, key: Bytes, ref: number) => boolean = () => false;

  readonly encodingLimits = new EncodingLimits();
  /** A window onto sorted sets. What works on several at a time makes others. */
  readonly sortedSet: SortedSet;
  /** Windows onto the dictionaries of hashes and of sets: one to look up and change, one to walk meanwhile. */
  readonly fieldDict: Dict;
  readonly walkedFieldDict: Dict;
  readonly memberDict: Dict;
  readonly walkedMemberDict: Dict;
  /** Window onto the expire times of the fields of a hash, in the order of time. */
  readonly fieldTimes: TreeSortedSet;
  /** Ranks that were found ahead. */
  readonly rankBatch = new RankBatch(this.slab);
  /** Looks ahead for members of large aggregates. */
  readonly memberPrefetch: MemberPrefetch;
  /** Hashes that have fields with expire times. */
  expiringHashes = 0;
  /** A window for dictionaries that are being released: never open on another one when a command finds no memory. */
  readonly releasedDict: Dict;
  /** A dictionary of what a command has met, made and released by that command. */
  readonly seenMembers: Dict;

  /** Shards that have grown beyond `keysPerShardMax`, for whoever removes the surplus. */
  readonly overfull: { readonly database: Database; readonly shard: number }[] = [];

  /** Per representation: what a value owns outside its record. */
  readonly partOwners: (ValueParts | undefined)[] = [];
  /** What waits to be released. */
  readonly lazyFree = new LazyFree(this.slab);
  /** `lazyfree-lazy-expire` and `lazyfree-lazy-server-del`: how expired keys and overwritten values are removed. */
  lazyExpire = false;
  lazyServerDel = false;

  /**
   * Per representation: bytes of the slab that a value takes outside its record, with those of its elements estimated by
   * so many samples, or counted for 0.
   */
  readonly partBytes: (((database: Database, ref: number, samples: number) => number) | undefined)[] = [];

  /**
   * Per representation: gives a value parts of its own. The record at `ref` was made as a byte for byte copy of another
   * one, so whatever it names outside of it still belongs to the original. Returns the record's ref afterwards.
   */
  readonly partCopiers: (((database: Database, ref: number) => number) | undefined)[] = [];

  /** Per representation: the name of its encoding, where that depends on the value. */
  readonly encodings: (((database: Database, ref: number) => string) | undefined)[] = [];

  constructor(readonly options: KeyspaceOptions) {
    const { random } = options;
    this.hash = new KeyHash(Math.floor(random() * 0x1_0000_0000) | 0);
    this.accessClock = new AccessClock(random);
    this.memberPrefetch = new MemberPrefetch(this.slab, this.hash, this.rankBatch);
    this.sortedSet = new SortedSet(this);
    registerSortedSets(this);
    this.fieldDict = new Dict(this.slab, this.hash, WITH_VALUES, random);
    this.walkedFieldDict = new Dict(this.slab, this.hash, WITH_VALUES, random);
    this.memberDict = new Dict(this.slab, this.hash, WITHOUT_VALUES, random);
    this.walkedMemberDict = new Dict(this.slab, this.hash, WITHOUT_VALUES, random);
    this.releasedDict = new Dict(this.slab, this.hash, WITHOUT_VALUES, random);
    this.seenMembers = new Dict(this.slab, this.hash, WITHOUT_VALUES, random);
    this.fieldTimes = new TreeSortedSet(this);
    registerHashes(this);
    registerSets(this);
    for (let number = 0; number < options.databaseCount; number++)
      this.databases.push(new Database(this, number));
    ownListParts(this);
    ownStreamParts(this);
  }

  /** Keys in all databases. */
  get size(): number {
    let size = 0;
    for (const database of this.databases) size += database.size;
    return size;
  }

  /** Moves the clock that LRU and LFU count by; called from the server's cron. */
  tick(nowMs: number): void {
    this.clockSeconds = Math.floor(nowMs / 1000);
    this.accessClock.tick(nowMs);
  }

  swap(first: number, second: number): void {
    const { databases } = this;
    const database = databases[first]!;
    databases[first] = databases[second]!;
    databases[second] = database;
    databases[first].number = first;
    database.number = second;
  }

  /** Removes every key of every database. */
  clear(): void {
    for (const database of this.databases) database.clear();
  }

  /** Live bytes: records, large values and indexes, and side tables. */
  get usedBytes(): number {
    let bytes = this.slab.liveBytes;
    for (const database of this.databases) if (database.size > 0) bytes += database.sideBytes;
    return bytes;
  }
}

function ignore(): void {
  // Nobody listens.
}

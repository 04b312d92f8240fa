import { Bytes } from '../../bytes/bytes.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { Dict } from '../../storage/dict.js';
import { dictOf } from '../../storage/dict-record.js';
import { Type } from '../../storage/representation.js';
import { hasFieldTimes, timesOf } from '../../storage/types/field-times.js';
import { dictOfTree, MEMBER_SHAPE, TreeSortedSet } from '../../storage/types/sorted-set-tree.js';
import { ELEMENTS_PER_LOOK, ValueImage } from './value-image.js';

/** An entry as it was. */
interface Kept {
  readonly key: Bytes;
  readonly value: Bytes;
  /** Score of a member, expire time of a field in ms or -1. */
  readonly number: number;
}

/** The dictionary that holds the elements of a large hash, set or sorted set. */
export function dictOfValue(database: Database, ref: number): number {
  const named = dictOf(database, ref);
  return database.type(ref) === Type.ZSET ? dictOfTree(database.records.slab, named) : named;
}

/**
 * A large hash, set or sorted set. Its dictionary is walked in the order of hashes, which no growth disturbs. An entry
 * that changes ahead of the walk is kept as it was and passed over; so is one that is added, without its contents. What
 * was kept is written at the end: the elements of these types have no order that files must keep.
 */
export class DictImage extends ValueImage {
  private readonly type: Type;
  private readonly dict: Dict;
  private readonly times: TreeSortedSet | null;
  private readonly timesRef: number;
  private readonly size: number;
  private cursor = 0;
  private walked = false;
  private readonly kept = new Map<string, Kept | null>();
  private readonly keyView = new Bytes(new Uint8Array(0));
  private readonly valueView = new Bytes(new Uint8Array(0));

  constructor(database: Database, ref: number, databaseNumber: number, withUse: boolean) {
    super(database, ref, databaseNumber, dictOfValue(database, ref), withUse);
    const { slab, hash, options } = database.keyspace;
    this.type = database.type(ref);
    const shape =
      this.type === Type.ZSET ? MEMBER_SHAPE : { prefixBytes: 0, hasValues: this.type === Type.HASH };
    this.dict = new Dict(slab, hash, shape, options.random);
    this.size = Dict.sizeOf(slab, this.owner);
    // Fields of a hash without any times that get some are noticed as changing.
    const timed = this.type === Type.HASH && hasFieldTimes(database, ref);
    this.timesRef = timed ? timesOf(database, ref) : 0;
    this.times = timed ? new TreeSortedSet(database.keyspace) : null;
  }

  protected *write(visitor: RdbVisitor): Generator<void, void> {
    const { dict, kept, meta } = this;
    if (this.type === Type.HASH) visitor.hashStart(this.key, this.size, meta);
    else if (this.type === Type.SET) visitor.setStart(this.key, this.size, meta);
    else visitor.zsetStart(this.key, this.size, meta);
    do {
      dict.open(this.owner);
      this.cursor = dict.scan(this.cursor, ELEMENTS_PER_LOOK, (entry) => {
        if (kept.size === 0 || !kept.has(dict.key(entry, this.keyView).toString()))
          this.tellEntry(visitor, entry);
      });
      this.walked = this.cursor === 0;
      yield;
    } while (!this.walked);
    let told = 0;
    for (const entry of kept.values()) {
      if (entry === null) continue;
      this.tell(visitor, entry.key, entry.value, entry.number);
      if (++told % ELEMENTS_PER_LOOK === 0) yield;
    }
    visitor.end();
  }

  private tellEntry(visitor: RdbVisitor, entry: number): void {
    const key = this.dict.key(entry, this.keyView);
    const value = this.type === Type.HASH ? this.dict.value(entry, this.valueView) : key;
    this.tell(visitor, key, value, this.numberOf(entry, key));
  }

  private tell(visitor: RdbVisitor, key: Bytes, value: Bytes, number: number): void {
    if (this.type === Type.HASH) visitor.hashField(key, value, number);
    else if (this.type === Type.SET) visitor.setMember(key);
    else visitor.zsetMember(key, number);
  }

  private numberOf(entry: number, key: Bytes): number {
    if (this.type === Type.ZSET) return this.dict.prefix(entry);
    if (this.times === null) return -1;
    this.times.openHead(this.timesRef);
    const time = this.times.find(key);
    return Number.isNaN(time) ? -1 : time;
  }

  /** True when the entry of this key has been written, or is passed over. */
  private isSettled(key: Bytes): boolean {
    if (this.walked) return true;
    this.dict.open(this.owner);
    return (this.cursor !== 0 && this.dict.isBefore(key, this.cursor)) || this.kept.has(key.toString());
  }

  override entryChanging(entry: number): void {
    const key = this.dict.key(entry, this.keyView);
    if (this.isSettled(key)) return;
    const value = this.type === Type.HASH ? this.dict.value(entry, this.valueView).copy() : NOTHING;
    this.kept.set(key.toString(), { key: key.copy(), value, number: this.numberOf(entry, key) });
  }

  override entryAdded(entry: number): void {
    const key = this.dict.key(entry, this.keyView);
    if (!this.isSettled(key)) this.kept.set(key.toString(), null);
  }

  override fieldTimeChanging(field: Bytes): void {
    this.dict.open(this.owner);
    const entry = this.dict.find(field);
    if (entry !== 0) this.entryChanging(entry);
  }
}

const NOTHING = new Bytes(new Uint8Array(0));

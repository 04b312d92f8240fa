import type { Bytes } from '../../bytes/bytes.js';
import { PackedError } from '../../persistence/rdb/packed-reader.js';
import type {
  KeyMeta,
  RdbVisitor,
  StreamConsumer,
  StreamGroup,
  StreamInfo,
} from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import type { Keyspace } from '../../storage/keyspace.js';
import { Type } from '../../storage/representation.js';
import { createHash, hashExpire, hashLength, hashSet } from '../../storage/types/hash.js';
import { listCreate, listPush } from '../../storage/types/list.js';
import { createSet, setAdd, setLength } from '../../storage/types/set.js';
import { StreamLoader } from './stream-loader.js';

/**
 * Puts what an RDB file tells into the keyspace. Keys whose time has passed are left out when `nowMs` is given. An
 * element that comes twice is one element, or with `refusesDuplicates` an error. What no value can hold is a
 * `PackedError`; the key that was begun is there then.
 */
export class KeyspaceLoader implements RdbVisitor {
  /** What the server that wrote the file had in memory, if the file says so. */
  rdbUsedBytes = 0;
  keys = 0;
  expiredKeys = 0;
  /** Sources of function libraries, kept for whoever runs functions and for the next save. */
  readonly functions: Buffer[] = [];
  private db: Database;
  private ref = 0;
  private key: Bytes | null = null;
  private expireAtMs = -1;
  private idleSeconds = -1;
  private frequency = -1;
  private skipping = false;
  private readonly streams: StreamLoader;
  /** Elements that were told of the value that was started. */
  private elements = 0;
  private inStream = false;
  /** Members of a sorted set with this score, added while it would have been a listpack. */
  private negativeZeros: Bytes[] = [];

  constructor(
    private readonly keyspace: Keyspace,
    private readonly nowMs: number | null,
    private readonly refusesDuplicates: boolean,
  ) {
    this.db = keyspace.databases[0]!;
    this.streams = new StreamLoader(refusesDuplicates);
  }

  select(db: number): void {
    const database = this.keyspace.databases[db];
    if (database === undefined) {
      throw new Error(
        `the file has a database ${db}, the server has ${this.keyspace.databases.length} (databases)`,
      );
    }
    this.db = database;
  }

  resize(): void {
    // Indexes grow in small steps anyway.
  }

  aux(name: string, value: string): void {
    // Who wrote the file, and when: nothing depends on it.
    if (name === 'used-mem') this.rdbUsedBytes = Number(value) || 0;
  }

  functionLibrary(code: Bytes): void {
    this.functions.push(Buffer.from(code.copy().buffer));
  }

  string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    if (!this.begin(key, meta)) return;
    this.ref = this.db.setString(0, key, value, false);
    this.end();
  }

  listStart(key: Bytes, _count: number, meta: KeyMeta): void {
    if (this.begin(key, meta)) this.ref = listCreate(this.db, key);
  }

  listElement(element: Bytes): void {
    if (!this.skipping) this.ref = listPush(this.db, this.ref, false, element);
  }

  setStart(key: Bytes, _count: number, meta: KeyMeta): void {
    // A set is created for its first member.
    if (this.begin(key, meta)) this.key = key.copy();
  }

  setMember(member: Bytes): void {
    if (this.skipping) return;
    this.elements++;
    if (this.key !== null) {
      this.ref = createSet(this.db, this.key, member);
      this.key = null;
    }
    this.ref = setAdd(this.db, this.ref, member);
  }

  zsetStart(key: Bytes, _count: number, meta: KeyMeta): void {
    if (this.begin(key, meta)) this.ref = this.keyspace.sortedSet.create(this.db, key).ref;
  }

  zsetMember(member: Bytes, score: number): void {
    if (this.skipping) return;
    this.elements++;
    const { sortedSet } = this.keyspace;
    if (Number.isNaN(sortedSet.find(member))) {
      if (Object.is(score, -0) && sortedSet.encoding === 'listpack') this.negativeZeros.push(member.copy());
      sortedSet.insert(member, score);
    }
    this.ref = sortedSet.ref;
  }

  /** A skip list knows -0; what became one only by a later member has lost them. */
  private restoreNegativeZeros(): void {
    const { sortedSet } = this.keyspace;
    sortedSet.open(this.db, this.ref);
    if (sortedSet.encoding === 'skiplist') for (const member of this.negativeZeros) sortedSet.set(member, -0);
    this.ref = sortedSet.ref;
    if (this.negativeZeros.length > 0) this.negativeZeros = [];
  }

  hashStart(key: Bytes, _count: number, meta: KeyMeta): void {
    if (this.begin(key, meta)) this.ref = createHash(this.db, key);
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    if (this.skipping) return;
    this.elements++;
    this.ref = hashSet(this.db, this.ref, field, value);
    if (expireAtMs >= 0) this.ref = hashExpire(this.db, this.ref, field, expireAtMs);
  }

  streamStart(key: Bytes, meta: KeyMeta): void {
    if (!this.begin(key, meta)) return;
    this.streams.start(this.db, key);
    this.inStream = true;
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    if (!this.skipping) this.streams.entry(id, pairs, fields);
  }

  streamInfo(info: StreamInfo): void {
    if (!this.skipping) this.streams.info(info);
  }

  streamGroup(group: StreamGroup): void {
    if (!this.skipping) this.streams.startGroup(group);
  }

  streamPending(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    if (!this.skipping) this.streams.pendingEntry(id, deliveredAtMs, deliveries);
  }

  streamConsumers(): void {
    // Each of them is told.
  }

  streamConsumer(consumer: StreamConsumer): void {
    if (!this.skipping) this.streams.startConsumer(consumer);
  }

  streamConsumerPending(id: Bytes): void {
    if (!this.skipping) this.streams.consumerEntry(id);
  }

  end(): void {
    if (this.skipping) {
      this.skipping = false;
      return;
    }
    const { db, keyspace } = this;
    if (this.inStream) {
      this.streams.endGroup();
      this.ref = this.streams.ref;
      this.inStream = false;
    }
    if (this.refusesDuplicates && this.elements > 0 && this.elements !== elementCount(db, this.ref)) {
      throw new PackedError('an element comes twice');
    }
    if (this.negativeZeros.length > 0) this.restoreNegativeZeros();
    if (this.expireAtMs >= 0) this.ref = db.setExpire(this.ref, this.expireAtMs);
    if (this.frequency >= 0 && keyspace.accessClock.lfu) {
      db.records.setAccess(this.ref, keyspace.accessClock.fromFrequency(this.frequency));
    } else if (this.idleSeconds >= 0 && keyspace.options.keysPerShardMax === 0) {
      db.records.setAccess(this.ref, keyspace.accessClock.fromIdleSeconds(this.idleSeconds));
    }
    this.keys++;
  }

  /** False for a key that is left out. A key that is there already is replaced. */
  private begin(key: Bytes, meta: KeyMeta): boolean {
    this.skipping = this.leavesOut(key, meta);
    if (this.skipping) return false;
    this.elements = 0;
    if (this.negativeZeros.length > 0) this.negativeZeros = [];
    this.expireAtMs = meta.expireAtMs;
    this.idleSeconds = meta.idleSeconds;
    this.frequency = meta.frequency;
    const existing = this.db.find(key);
    if (existing !== 0) this.db.remove(existing);
    return true;
  }

  protected leavesOut(_key: Bytes, meta: KeyMeta): boolean {
    const expired = this.nowMs !== null && meta.expireAtMs >= 0 && meta.expireAtMs <= this.nowMs;
    if (expired) this.expiredKeys++;
    return expired;
  }
}

/** Elements of a set, a hash or a sorted set. */
function elementCount(db: Database, ref: number): number {
  const type = db.type(ref);
  if (type === Type.SET) return setLength(db, ref);
  return type === Type.HASH ? hashLength(db, ref) : db.keyspace.sortedSet.open(db, ref).size;
}

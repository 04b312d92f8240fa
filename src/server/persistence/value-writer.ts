import { Bytes } from '../../bytes/bytes.js';
import type { KeyMeta, RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { Type } from '../../storage/representation.js';
import { fieldTime } from '../../storage/types/field-times.js';
import { hashForEach, hashLength } from '../../storage/types/hash.js';
import { ListCursor } from '../../storage/types/list-cursor.js';
import { listLength } from '../../storage/types/list.js';
import { setForEach, setLength } from '../../storage/types/set.js';
import { stringBytes } from '../../storage/types/string.js';
import { Stream } from '../../storage/types/stream.js';
import { StreamWriter } from './stream-writer.js';

/** Tells a visitor the value of one record after the other, as an RDB file would. */
export class ValueWriter {
  private readonly key = new Bytes(new Uint8Array(0));
  private readonly element = new Bytes(new Uint8Array(0));
  private readonly cursor = new ListCursor();
  private readonly meta: KeyMeta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };

  private readonly stream = new Stream();
  private readonly streams: StreamWriter;

  constructor(private readonly visitor: RdbVisitor) {
    this.streams = new StreamWriter(visitor);
  }

  /** `withUse` adds how recently or often the key was used, which matters where keys are evicted by it. */
  write(db: Database, ref: number, withUse: boolean): void {
    const { visitor, meta } = this;
    const key = db.key(ref, this.key);
    keyMeta(db, ref, withUse, meta);
    switch (db.type(ref)) {
      case Type.STRING:
        return visitor.string(key, stringBytes(db, ref, this.element), meta);
      case Type.LIST:
        visitor.listStart(key, listLength(db, ref), meta);
        this.elements(db, ref);
        break;
      case Type.SET:
        visitor.setStart(key, setLength(db, ref), meta);
        setForEach(db, ref, (member) => {
          visitor.setMember(member);
        });
        break;
      case Type.HASH:
        visitor.hashStart(key, hashLength(db, ref), meta);
        hashForEach(db, ref, (field, value) => {
          visitor.hashField(field, value, fieldTime(db, ref, field));
        });
        break;
      case Type.ZSET: {
        const sortedSet = db.keyspace.sortedSet.open(db, ref);
        visitor.zsetStart(key, sortedSet.size, meta);
        sortedSet.forEach((member, score) => {
          visitor.zsetMember(member, score);
        });
        break;
      }
      case Type.STREAM:
        visitor.streamStart(key, meta);
        this.streams.write(this.stream.open(db, ref));
        break;
    }
    visitor.end();
  }

  private elements(db: Database, ref: number): void {
    const { cursor, element, visitor } = this;
    if (!cursor.seek(db, ref, 0)) return;
    do {
      visitor.listElement(element.set(cursor.page, cursor.offset, cursor.length));
    } while (cursor.next());
  }
}

/** Fills in what a file keeps of a key besides its value; `withUse` as for `ValueWriter.write`. */
export function keyMeta(db: Database, ref: number, withUse: boolean, meta: KeyMeta): void {
  const { accessClock } = db.keyspace;
  meta.expireAtMs = db.expireAtMs(ref);
  meta.idleSeconds = -1;
  meta.frequency = -1;
  if (!withUse) return;
  if (accessClock.lfu) meta.frequency = accessClock.frequency(db.records.access(ref));
  else meta.idleSeconds = db.idleSeconds(ref);
}

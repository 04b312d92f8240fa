import { Bytes } from '../../bytes/bytes.js';
import { IntsetReader, ZiplistReader, ZipmapReader } from './legacy-readers.js';
import { ListpackReader } from './listpack-reader.js';
import { PackedError, type PackedReader } from './packed-reader.js';
import { QuicklistContainer, RdbError, RdbType } from './rdb-format.js';
import type { RdbInput } from './rdb-input.js';
import { RdbStreamReader } from './rdb-stream-reader.js';
import type { KeyMeta, RdbVisitor } from './rdb-visitor.js';

const MODULE_NAME_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Redis keeps times of fields in 48 bits, and needs two values of them itself. */
const FIELD_EXPIRE_AT_MS_MAX = 2 ** 48 - 2;

/** Reads values of every type and encoding, in a file or a DUMP payload, and tells the visitor what they hold. */
export class RdbValueReader {
  private readonly listpack = new ListpackReader();
  private readonly ziplist = new ZiplistReader();
  private readonly zipmap = new ZipmapReader();
  private readonly intset = new IntsetReader();
  private readonly stream: RdbStreamReader;
  private readonly first = new Bytes(new Uint8Array(0));
  private readonly second = new Bytes(new Uint8Array(0));
  private readonly third = new Bytes(new Uint8Array(0));

  constructor(
    private readonly input: RdbInput,
    private readonly visitor: RdbVisitor,
  ) {
    this.stream = new RdbStreamReader(input, visitor);
  }

  /** Reads the value of `key`, which stands in slot 0 of the input. */
  read(type: number, key: Bytes, meta: KeyMeta): void {
    if (type === RdbType.STRING) {
      this.visitor.string(key, this.input.string(1), meta);
      return;
    }
    try {
      this.readAggregate(type, key, meta);
    } catch (error) {
      if (!(error instanceof PackedError)) throw error;
      throw new RdbError('corrupt', this.input.offset, error.message);
    }
  }

  private readAggregate(type: number, key: Bytes, meta: KeyMeta): void {
    switch (type) {
      case RdbType.LIST:
        return this.readList(key, meta);
      case RdbType.LIST_ZIPLIST:
        return this.readPackedList(key, this.ziplist, meta);
      case RdbType.LIST_QUICKLIST:
      case RdbType.LIST_QUICKLIST_2:
        return this.readQuicklist(key, type === RdbType.LIST_QUICKLIST_2, meta);
      case RdbType.SET:
        return this.readSet(key, meta);
      case RdbType.SET_INTSET:
        return this.readPackedSet(key, this.intset, meta);
      case RdbType.SET_LISTPACK:
        return this.readPackedSet(key, this.listpack, meta);
      case RdbType.ZSET:
      case RdbType.ZSET_2:
        return this.readZset(key, type === RdbType.ZSET_2, meta);
      case RdbType.ZSET_ZIPLIST:
        return this.readPackedZset(key, this.ziplist, meta);
      case RdbType.ZSET_LISTPACK:
        return this.readPackedZset(key, this.listpack, meta);
      case RdbType.HASH:
        return this.readHash(key, meta);
      case RdbType.HASH_ZIPMAP:
        return this.readPackedHash(key, this.zipmap, meta);
      case RdbType.HASH_ZIPLIST:
        return this.readPackedHash(key, this.ziplist, meta);
      case RdbType.HASH_LISTPACK:
        return this.readPackedHash(key, this.listpack, meta);
      default:
        return this.readNewer(type, key, meta);
    }
  }

  private readNewer(type: number, key: Bytes, meta: KeyMeta): void {
    switch (type) {
      case RdbType.HASH_METADATA_PRE_GA:
        return this.readExpiringHash(key, false, meta);
      case RdbType.HASH_METADATA:
        return this.readExpiringHash(key, true, meta);
      case RdbType.HASH_LISTPACK_EX_PRE_GA:
        return this.readPackedExpiringHash(key, meta);
      case RdbType.HASH_LISTPACK_EX:
        this.input.int64(); // The earliest of the fields' times, which stand in full in the listpack.
        return this.readPackedExpiringHash(key, meta);
      case RdbType.STREAM_LISTPACKS:
        return this.stream.read(key, 1, meta);
      case RdbType.STREAM_LISTPACKS_2:
        return this.stream.read(key, 2, meta);
      case RdbType.STREAM_LISTPACKS_3:
        return this.stream.read(key, 3, meta);
      case RdbType.MODULE:
      case RdbType.MODULE_2: {
        const offset = this.input.offset;
        throw new RdbError(
          'unsupported',
          offset,
          `the key '${key.toString()}' is of the module type '${moduleName(this.input)}', which cannot be loaded`,
        );
      }
      default:
        throw this.input.corrupt(`unknown type ${type} of the key '${key.toString()}'`);
    }
  }

  private readList(key: Bytes, meta: KeyMeta): void {
    const { input, visitor } = this;
    const count = input.length();
    if (count === 0) return;
    visitor.listStart(key, count, meta);
    for (let i = 0; i < count; i++) visitor.listElement(input.string(0));
    visitor.end();
  }

  private readPackedList(key: Bytes, packed: PackedReader, meta: KeyMeta): void {
    packed.open(this.input.string(1));
    const count = packed.count();
    if (count === 0) return;
    this.visitor.listStart(key, count, meta);
    this.listElements(packed);
    this.visitor.end();
  }

  private readQuicklist(key: Bytes, containers: boolean, meta: KeyMeta): void {
    const { input, visitor } = this;
    const nodes = input.length();
    let started = false;
    for (let node = 0; node < nodes; node++) {
      const container = containers ? input.length() : QuicklistContainer.PACKED;
      const plain = container === QuicklistContainer.PLAIN;
      if (!plain && container !== QuicklistContainer.PACKED)
        throw input.corrupt(`a list node of unknown kind ${container}`, 1);
      // Slot 0 holds the key until the list has begun: a list of empty nodes does not.
      const bytes = input.string(started ? 0 : 1);
      const packed = containers ? this.listpack : this.ziplist;
      if (plain && bytes.length === 0) throw input.corrupt('a list node is empty');
      if (!plain) {
        packed.open(bytes);
        if (packed.count() === 0) continue;
      }
      if (!started) visitor.listStart(key, -1, meta);
      started = true;
      if (plain) visitor.listElement(bytes);
      else this.listElements(packed);
    }
    if (started) visitor.end();
  }

  private listElements(packed: PackedReader): void {
    while (packed.next(this.first)) {
      this.visitor.listElement(this.first);
      packed.reuse();
    }
  }

  private readSet(key: Bytes, meta: KeyMeta): void {
    const { input, visitor } = this;
    const count = input.length();
    if (count === 0) return;
    visitor.setStart(key, count, meta);
    for (let i = 0; i < count; i++) visitor.setMember(input.string(0));
    visitor.end();
  }

  private readPackedSet(key: Bytes, packed: PackedReader, meta: KeyMeta): void {
    packed.open(this.input.string(1));
    const count = packed.count();
    if (count === 0) return;
    this.visitor.setStart(key, count, meta);
    while (packed.next(this.first)) {
      this.visitor.setMember(this.first);
      packed.reuse();
    }
    this.visitor.end();
  }

  private readZset(key: Bytes, binary: boolean, meta: KeyMeta): void {
    const { input, visitor } = this;
    const count = input.length();
    if (count === 0) return;
    visitor.zsetStart(key, count, meta);
    for (let i = 0; i < count; i++) {
      const member = input.string(0);
      const score = binary ? input.double() : input.textDouble();
      if (Number.isNaN(score)) throw input.corrupt('a score is not a number', 8);
      visitor.zsetMember(member, score);
    }
    visitor.end();
  }

  private readPackedZset(key: Bytes, packed: PackedReader, meta: KeyMeta): void {
    const { first, second, visitor } = this;
    packed.open(this.input.string(1));
    const count = packed.count();
    if (count === 0) return;
    visitor.zsetStart(key, count / 2, meta);
    while (packed.next(first)) {
      const score = packed.number(second);
      if (Number.isNaN(score)) throw new PackedError('a score is not a number');
      visitor.zsetMember(first, score);
      packed.reuse();
    }
    visitor.end();
  }

  private readHash(key: Bytes, meta: KeyMeta): void {
    const { input, visitor } = this;
    const count = input.length();
    if (count === 0) return;
    visitor.hashStart(key, count, meta);
    for (let i = 0; i < count; i++) {
      const field = input.string(0);
      visitor.hashField(field, input.string(1), -1);
    }
    visitor.end();
  }

  private readPackedHash(key: Bytes, packed: PackedReader, meta: KeyMeta): void {
    const { first, second, visitor } = this;
    packed.open(this.input.string(1));
    const count = packed.count();
    if (count === 0) return;
    visitor.hashStart(key, count / 2, meta);
    while (packed.next(first)) {
      if (!packed.next(second)) throw new PackedError('a field has no value');
      visitor.hashField(first, second, -1);
      packed.reuse();
    }
    visitor.end();
  }

  /** A large hash some of whose fields expire: each time is relative to the earliest, plus one, and 0 means none. */
  private readExpiringHash(key: Bytes, relative: boolean, meta: KeyMeta): void {
    const { input, visitor } = this;
    const earliestMs = relative ? input.int64() - 1 : 0;
    const count = input.length();
    if (count === 0) return;
    visitor.hashStart(key, count, meta);
    for (let i = 0; i < count; i++) {
      const time = input.length();
      const field = input.string(0);
      visitor.hashField(field, input.string(1), time === 0 ? -1 : fieldTime(earliestMs + time));
    }
    visitor.end();
  }

  private readPackedExpiringHash(key: Bytes, meta: KeyMeta): void {
    const { first, second, third, listpack, visitor } = this;
    listpack.open(this.input.string(1));
    const count = listpack.count();
    if (count === 0) return;
    visitor.hashStart(key, count / 3, meta);
    while (listpack.next(first)) {
      if (!listpack.next(second)) throw new PackedError('a field has no value');
      const expireAtMs = listpack.integer(third);
      visitor.hashField(first, second, expireAtMs === 0 ? -1 : fieldTime(expireAtMs));
      listpack.reuse();
    }
    visitor.end();
  }
}

/** The time at which a field expires; no command can set another. */
function fieldTime(expireAtMs: number): number {
  if (expireAtMs < 0 || expireAtMs > FIELD_EXPIRE_AT_MS_MAX)
    throw new PackedError('a field expires at no time');
  return expireAtMs;
}

/** Reads a module's ID: nine characters of 6 bits, then 10 bits of version. */
export function moduleName(input: RdbInput): string {
  const id = new Uint8Array(8);
  input.length64(id, 0);
  let bits = new DataView(id.buffer).getBigUint64(0) >> 10n;
  let name = '';
  for (let i = 0; i < 9; i++) {
    name = MODULE_NAME_CHARACTERS.charAt(Number(bits & 63n)) + name;
    bits >>= 6n;
  }
  return name;
}

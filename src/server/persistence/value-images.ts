import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../../storage/database.js';
import type { Keyspace } from '../../storage/keyspace.js';
import type { PartsReader } from '../../storage/lazy-free.js';
import { Representation } from '../../storage/representation.js';
import { directoryOf } from '../../storage/types/list-record.js';
import { Stream } from '../../storage/types/stream.js';
import type { ValueWatch } from '../../storage/value-watch.js';
import { DictImage, dictOfValue } from './dict-image.js';
import { ListImage } from './list-image.js';
import { StreamImage } from './stream-image.js';
import type { ValueImage } from './value-image.js';

/** A value of more effort (`ValueParts`) is written in slices: the others take half a millisecond at most. */
const WRITTEN_AT_ONCE_EFFORT_MAX = 256;

/** The images of large values that a snapshot has begun or will write: they are told what changes meanwhile. */
export class ValueImages implements ValueWatch, PartsReader {
  private readonly byOwner = new Map<number, ValueImage>();
  private readonly stream = new Stream();

  constructor(
    private readonly keyspace: Keyspace,
    private readonly withUse: boolean,
    /** Called when the picture of a value cannot be kept. */
    private readonly fail: (error: unknown) => void,
  ) {}

  /** The image of a value as it is now, or null if it is small enough to be written at once. */
  take(database: Database, ref: number, databaseNumber: number): ValueImage | null {
    const representation = database.representation(ref);
    const parts = this.keyspace.partOwners[representation];
    if (parts === undefined || parts.effort(database, ref) <= WRITTEN_AT_ONCE_EFFORT_MAX) return null;
    const Image =
      representation === Representation.LIST_BLOCKS
        ? ListImage
        : representation === Representation.STREAM
          ? StreamImage
          : DictImage;
    const image = new Image(database, ref, databaseNumber, this.withUse);
    this.byOwner.set(image.owner, image);
    this.keyspace.slab.watch = this;
    this.keyspace.lazyFree.reader = this;
    return image;
  }

  /** The image has been written, or is of no more use. */
  close(image: ValueImage): void {
    const { byOwner, keyspace } = this;
    byOwner.delete(image.owner);
    if (byOwner.size === 0) {
      keyspace.slab.watch = null;
      keyspace.lazyFree.reader = null;
    }
    image.close();
    if (image.removed !== null) keyspace.lazyFree.add(image.removed.database, image.removed.ref);
  }

  closeAll(): void {
    for (const image of this.byOwner.values()) this.close(image);
  }

  // Values that are removed

  reads(database: Database, ref: number): boolean {
    return this.byOwner.has(this.ownerOf(database, ref));
  }

  adopt(database: Database, ref: number): void {
    this.byOwner.get(this.ownerOf(database, ref))!.removed = { database, ref };
  }

  private ownerOf(database: Database, ref: number): number {
    const representation = database.representation(ref);
    if (representation === Representation.LIST_BLOCKS) return directoryOf(database, ref);
    if (representation === Representation.STREAM) return this.stream.open(database, ref).root;
    return dictOfValue(database, ref);
  }

  // Values that change

  entryChanging(dict: number, entry: number): void {
    this.byOwner.get(dict)?.entryChanging?.(entry);
  }

  entryAdded(dict: number, entry: number): void {
    this.byOwner.get(dict)?.entryAdded?.(entry);
  }

  fieldTimeChanging(dict: number, field: Bytes): void {
    this.byOwner.get(dict)?.fieldTimeChanging?.(field);
  }

  blockChanging(owner: number, block: number): void {
    try {
      this.byOwner.get(owner)?.blockChanging?.(block);
    } catch (error) {
      this.fail(error);
    }
  }

  blockAdded(owner: number, block: number): void {
    this.byOwner.get(owner)?.blockAdded?.(block);
  }

  directoryMoved(from: number, to: number): void {
    const image = this.byOwner.get(from);
    if (image === undefined) return;
    this.byOwner.delete(from);
    this.byOwner.set(to, image);
    image.owner = to;
  }
}

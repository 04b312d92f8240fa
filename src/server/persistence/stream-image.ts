import type { RdbVisitor, StreamInfo } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import type { Slab } from '../../storage/slab.js';
import { cloneAllocation, StreamDirectory } from '../../storage/types/stream-directory.js';
import { duplicateGroups, releaseGroups } from '../../storage/types/stream-groups.js';
import { StreamId } from '../../storage/types/stream-id.js';
import { Stream } from '../../storage/types/stream.js';
import { BlockCopies } from './block-copies.js';
import { streamInfo, StreamWriter } from './stream-writer.js';
import { ELEMENTS_PER_LOOK, ValueImage } from './value-image.js';

/**
 * A large stream: the blocks that it had, and copies of those that have changed since. Its groups are copied whole when
 * the picture is taken: 36 bytes for each pending entry.
 */
export class StreamImage extends ValueImage {
  private readonly slab: Slab;
  /** The directory as it was, whose blocks may have been released since. */
  private readonly directory: StreamDirectory;
  /** A directory for one block at a time. */
  private readonly single: StreamDirectory;
  private readonly groups: number;
  private readonly info: StreamInfo;
  private readonly copies: BlockCopies;

  constructor(database: Database, ref: number, databaseNumber: number, withUse: boolean) {
    const stream = new Stream().open(database, ref);
    super(database, ref, databaseNumber, stream.root, withUse);
    const { slab } = stream;
    this.slab = slab;
    this.info = streamInfo(stream);
    this.directory = new StreamDirectory().open(slab, cloneAllocation(slab, stream.directory.ref));
    this.single = new StreamDirectory().create(slab);
    this.single.insert(0, new StreamId(), 0, 0);
    this.groups = duplicateGroups(slab, stream.groups);
    this.copies = new BlockCopies(slab);
  }

  protected *write(visitor: RdbVisitor): Generator<void, void> {
    const { directory, single, copies, slab } = this;
    const writer = new StreamWriter(visitor);
    visitor.streamStart(this.key, this.meta);
    let told = 0;
    for (let i = 0; i < directory.count; i++) {
      const block = directory.refAt(i);
      single.setId(0, directory.readId(i, new StreamId()));
      single.setRef(0, copies.find(block));
      writer.entries(slab, single);
      copies.written(block);
      told += directory.sizeAt(i);
      if (told < ELEMENTS_PER_LOOK) continue;
      told = 0;
      yield;
    }
    visitor.streamInfo(this.info);
    yield* writer.writeGroups(slab, this.groups);
    visitor.end();
  }

  override blockChanging(block: number): void {
    this.copies.changing(block);
  }

  override blockAdded(block: number): void {
    this.copies.added(block);
  }

  override close(): void {
    const { slab } = this;
    this.copies.release();
    slab.release(this.directory.ref);
    slab.release(this.single.ref);
    if (this.groups !== 0) releaseGroups(slab, this.groups, Infinity);
  }
}

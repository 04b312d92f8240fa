import { Bytes } from '../../bytes/bytes.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { ListBlocks } from '../../storage/types/list-blocks.js';
import { headBytes, lengthAt } from '../../storage/types/list-entries.js';
import { directoryOf } from '../../storage/types/list-record.js';
import { BlockCopies } from './block-copies.js';
import { ELEMENTS_PER_LOOK, ValueImage } from './value-image.js';

/** A large list: the blocks that it had, and copies of those that have changed since. */
export class ListImage extends ValueImage {
  private readonly blocks = new ListBlocks();
  private readonly refs: Int32Array;
  private readonly length: number;
  private readonly copies: BlockCopies;
  private readonly element = new Bytes(new Uint8Array(0));

  constructor(database: Database, ref: number, databaseNumber: number, withUse: boolean) {
    super(database, ref, databaseNumber, directoryOf(database, ref), withUse);
    const { slab } = database.records;
    const blocks = this.blocks.open(slab, this.owner);
    this.length = blocks.length;
    this.refs = new Int32Array(blocks.count);
    for (let i = 0; i < this.refs.length; i++) this.refs[i] = blocks.blockAt(i);
    this.copies = new BlockCopies(slab);
  }

  protected *write(visitor: RdbVisitor): Generator<void, void> {
    visitor.listStart(this.key, this.length, this.meta);
    let told = 0;
    for (const block of this.refs) {
      told += this.tellBlock(visitor, this.copies.find(block));
      this.copies.written(block);
      if (told < ELEMENTS_PER_LOOK) continue;
      told = 0;
      yield;
    }
    visitor.end();
  }

  /** Tells the elements of a block; how many there are. */
  private tellBlock(visitor: RdbVisitor, ref: number): number {
    const { blocks, element } = this;
    const page = blocks.pageOf(ref);
    const end = blocks.endOf(ref);
    let told = 0;
    for (let at = blocks.startOf(ref); at < end; told++) {
      const length = lengthAt(page, at);
      const head = headBytes(length);
      visitor.listElement(element.set(page, at + head, length));
      at += length + 2 * head;
    }
    return told;
  }

  override blockChanging(block: number): void {
    this.copies.changing(block);
  }

  override blockAdded(block: number): void {
    this.copies.added(block);
  }

  override close(): void {
    this.copies.release();
  }
}

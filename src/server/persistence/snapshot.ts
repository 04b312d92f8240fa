import { Bytes } from '../../bytes/bytes.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import type { Keyspace } from '../../storage/keyspace.js';
import type { BesideVisitor } from './snapshot-file.js';
import type { ValueImage } from './value-image.js';
import { ValueImages } from './value-images.js';
import { ValueWriter } from './value-writer.js';

/** Time in which a slice of the walk ends at the next key. */
const SLICE_MS = 1;
/** Keys between two looks at the clock. */
const KEYS_PER_LOOK = 16;

/** Where a snapshot goes. */
export interface SnapshotTarget {
  readonly visitor: RdbVisitor;
  /** Not needed where nothing changes meanwhile. */
  readonly beside: BesideVisitor | null;
}

/**
 * A picture of the keyspace as it was at one moment, taken while writes go on, without a second copy of the data.
 *
 * The walk visits the keys in the order of their hashes, a slice at a time. A key that is about to change and has not
 * been visited yet is written first (`Keyspace.beforeWrite`), and remembered so that the walk passes over it; so is the
 * name of a key that did not exist at that moment. Memory therefore grows with the keys written meanwhile, not with
 * their values.
 *
 * A large value is written in slices of its own, from an image that keeps what changes before it has been written. A
 * small one that must be written in the middle of it goes beside the file, and into it when the large one is complete.
 */
export class Snapshot {
  /** Keys written so far. */
  keys = 0;

  private readonly values: ValueWriter;
  private readonly valuesBeside: ValueWriter | null;
  private readonly images: ValueImages;
  /** Large values that wait to be written, and the one that is being written. */
  private readonly waiting: ValueImage[] = [];
  private image: ValueImage | null = null;
  private readonly view = new Bytes(new Uint8Array(0));
  /** Databases with the numbers they had at the moment of the picture. */
  private readonly databases: readonly Database[];
  private readonly numbers = new Map<Database, number>();
  private readonly settled = new Map<Database, Set<string>>();
  private current = 0;
  private cursor = 0;
  private selected = -1;
  private selectedBeside = -1;
  /** Something was written beside the file. */
  private keptBeside = false;
  private failure: unknown = null;
  private running = true;

  constructor(
    private readonly keyspace: Keyspace,
    private readonly target: SnapshotTarget,
    /** Whether the file tells how recently or often a key was used. */
    private readonly withUse: boolean,
  ) {
    const { visitor, beside } = target;
    this.values = new ValueWriter(visitor);
    this.valuesBeside = beside === null ? null : new ValueWriter(beside.visitor);
    this.images = new ValueImages(keyspace, withUse, (error) => {
      this.fail(error);
    });
    this.databases = [...keyspace.databases];
    for (const database of this.databases) {
      this.numbers.set(database, database.number);
      this.settled.set(database, new Set());
    }
    if (keyspace.beforeWrite !== null) throw new Error('a snapshot is already being taken');
    keyspace.beforeWrite = (database, key, ref) => {
      try {
        this.settle(database, key, ref);
      } catch (error) {
        this.fail(error);
      }
    };
  }

  /** The picture cannot be completed, which is no business of the command that noticed it. */
  private fail(error: unknown): void {
    this.failure = error;
    this.close();
  }

  /** Goes on for a slice; false when everything has been written. Throws what the visitor throws. */
  step(clock: () => number): boolean {
    const endMs = clock() + SLICE_MS;
    for (;;) {
      if (this.failure !== null) throw this.failure as Error;
      if (!this.writeImage() && !this.flushBeside() && !this.walk()) return false;
      if (clock() >= endMs) return true;
    }
  }

  /** Writes a part of a large value; false when there is none to be written now. */
  private writeImage(): boolean {
    if (this.image === null && !this.keptBeside) this.image = this.waiting.shift() ?? null;
    const { image } = this;
    if (image === null) return false;
    this.select(image.databaseNumber);
    if (image.step(this.target.visitor)) return true;
    this.image = null;
    this.images.close(image);
    this.keys++;
    return true;
  }

  /** Visits some keys; false when all have been. */
  private walk(): boolean {
    const database = this.databases[this.current];
    if (database === undefined) return false;
    this.cursor = database.scan(this.cursor, KEYS_PER_LOOK, (ref) => {
      this.visit(database, ref);
    });
    if (this.cursor === 0) this.current++;
    return true;
  }

  /** Ends the picture, complete or not: changes are no longer watched. */
  close(): void {
    if (!this.running) return;
    this.running = false;
    this.keyspace.beforeWrite = null;
    this.images.closeAll();
  }

  private visit(database: Database, ref: number): void {
    const settled = this.settled.get(database)!;
    if (settled.size !== 0 && settled.delete(database.key(ref, this.view).toString())) return;
    this.write(database, ref);
  }

  /** Writes the old value of a key that changes before the walk has come to it. */
  private settle(database: Database, key: Bytes, ref: number): void {
    if (this.isPast(database, key)) return;
    const settled = this.settled.get(database)!;
    const name = key.toString();
    if (settled.has(name)) return;
    settled.add(name);
    if (ref !== 0) this.write(database, ref);
  }

  private isPast(database: Database, key: Bytes): boolean {
    const index = this.databases.indexOf(database);
    if (index !== this.current) return index < this.current;
    return this.cursor !== 0 && database.isBefore(key, this.cursor);
  }

  private write(database: Database, ref: number): void {
    const number = this.numbers.get(database)!;
    const image = this.images.take(database, ref, number);
    if (image !== null) {
      this.waiting.push(image);
      return;
    }
    this.keys++;
    if (this.image !== null || this.keptBeside) return this.writeBeside(database, ref, number);
    this.select(number);
    this.values.write(database, ref, this.withUse);
  }

  private select(number: number): void {
    if (number === this.selected) return;
    this.selected = number;
    const { beside, visitor } = this.target;
    // In a sequence of commands, the other visitor may have begun one for the large value that is being written.
    if (beside?.shared === true) beside.visitor.select(number);
    else visitor.select(number);
  }

  private writeBeside(database: Database, ref: number, number: number): void {
    const { beside } = this.target;
    if (beside === null || this.valuesBeside === null) throw new Error('a value changes while it is written');
    const selected = beside.shared ? this.selected : this.selectedBeside;
    if (number !== selected) beside.visitor.select(number);
    if (beside.shared) this.selected = number;
    else this.selectedBeside = number;
    this.valuesBeside.write(database, ref, this.withUse);
    this.keptBeside = true;
  }

  /** Writes a part of what is beside the file, where no value is in the middle; false when nothing is left. */
  private flushBeside(): boolean {
    const { beside } = this.target;
    if (!this.keptBeside || beside === null) return false;
    if (beside.flush()) return true;
    this.keptBeside = false;
    if (!beside.shared) this.selected = this.selectedBeside;
    this.selectedBeside = -1;
    return true;
  }
}

import { Bytes } from '../../bytes/bytes.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import type { Keyspace } from '../../storage/keyspace.js';
import { ValueWriter } from './value-writer.js';

/** Time in which a slice of the walk ends at the next key. */
const SLICE_MS = 1;
/** Keys between two looks at the clock. */
const KEYS_PER_LOOK = 16;

/**
 * A picture of the keyspace as it was at one moment, taken while writes go on, without a second copy of the data.
 *
 * The walk visits the keys in the order of their hashes, a slice at a time. A key that is about to change and has not
 * been visited yet is written first (`Keyspace.beforeWrite`), and remembered so that the walk passes over it; so is the
 * name of a key that did not exist at that moment. Memory therefore grows with the keys written meanwhile, not with
 * their values.
 */
export class Snapshot {
  /** Keys written so far. */
  keys = 0;

  private readonly values: ValueWriter;
  private readonly view = new Bytes(new Uint8Array(0));
  /** Databases with the numbers they had at the moment of the picture. */
  private readonly databases: readonly Database[];
  private readonly numbers = new Map<Database, number>();
  private readonly settled = new Map<Database, Set<string>>();
  private current = 0;
  private cursor = 0;
  private selected = -1;
  private running = true;

  constructor(
    private readonly keyspace: Keyspace,
    private readonly visitor: RdbVisitor,
    /** Whether the file tells how recently or often a key was used. */
    private readonly withUse: boolean,
  ) {
    this.values = new ValueWriter(visitor);
    this.databases = [...keyspace.databases];
    for (const database of this.databases) {
      this.numbers.set(database, database.number);
      this.settled.set(database, new Set());
    }
    if (keyspace.beforeWrite !== null) throw new Error('a snapshot is already being taken');
    keyspace.beforeWrite = (database, key, ref) => {
      this.settle(database, key, ref);
    };
  }

  /** Walks on for a slice; false when everything has been visited. Throws what the visitor throws. */
  step(clock: () => number): boolean {
    const endMs = clock() + SLICE_MS;
    while (this.current < this.databases.length) {
      const database = this.databases[this.current]!;
      do {
        this.cursor = database.scan(this.cursor, KEYS_PER_LOOK, (ref) => {
          this.visit(database, ref);
        });
        if (clock() >= endMs && this.cursor !== 0) return true;
      } while (this.cursor !== 0);
      this.current++;
    }
    return false;
  }

  /** Ends the picture, complete or not: changes are no longer watched. */
  close(): void {
    if (!this.running) return;
    this.running = false;
    this.keyspace.beforeWrite = null;
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
    if (number !== this.selected) {
      this.selected = number;
      this.visitor.select(number);
    }
    this.values.write(database, ref, this.withUse);
    this.keys++;
  }
}

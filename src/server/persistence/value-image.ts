import { Bytes } from '../../bytes/bytes.js';
import type { KeyMeta, RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { keyMeta } from './value-writer.js';

/** Elements written between two looks at the clock: 0.1 to 0.2 ms. */
export const ELEMENTS_PER_LOOK = 512;

/**
 * A large value as it was at one moment, for a snapshot that writes it slice by slice while commands change it. Each kind
 * keeps what is about to change and has not been written: not the whole value.
 */
export abstract class ValueImage {
  /** Number of the database at the moment of the picture. */
  readonly key: Bytes;
  readonly meta: KeyMeta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };
  /** The record of the value, once the value has been removed: what it owns is still read. */
  removed: { readonly database: Database; readonly ref: number } | null = null;
  private steps: Generator<void, void> | null = null;

  constructor(
    database: Database,
    ref: number,
    readonly databaseNumber: number,
    /** What storage names the parts by (`ValueWatch`). */
    public owner: number,
    withUse: boolean,
  ) {
    this.key = database.key(ref, new Bytes(new Uint8Array(0))).copy();
    keyMeta(database, ref, withUse, this.meta);
  }

  /** Writes on, about as much as stands between two looks at the clock; false when everything has been written. */
  step(visitor: RdbVisitor): boolean {
    this.steps ??= this.write(visitor);
    return this.steps.next().done !== true;
  }

  /** Makes the calls for the value. Where it yields, commands may come between. */
  protected abstract write(visitor: RdbVisitor): Generator<void, void>;

  /** Gives back what it has kept. */
  close(): void {
    // Most keep nothing in the slab.
  }

  // What `ValueWatch` is told, where it concerns values of this kind.
  entryChanging?(entry: number): void;
  entryAdded?(entry: number): void;
  fieldTimeChanging?(field: Bytes): void;
  blockChanging?(block: number): void;
  blockAdded?(block: number): void;
}

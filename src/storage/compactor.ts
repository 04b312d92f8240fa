import type { Database } from './database.js';
import type { Keyspace } from './keyspace.js';

/** Keys looked at in one step. */
const KEYS_PER_STEP = 64;
/** Less is not worth a walk through all keys. */
const WASTE_BYTES_MIN = 16 * 1024 * 1024;
/** Of the pages: what is not in use. */
const WASTE_SHARE_MIN = 1 / 3;
/** Of that: how much more there must be where the last attempt found nothing to move. An attempt looks at pages only. */
const WASTE_GROWTH_MIN = 1 / 4;

/**
 * Moves records off pages that are mostly empty, so that those can be given back: 1M strings of 10 to 500 bytes, of which
 * 99 % had been deleted, held 294 MB of pages for 3 MB of data, afterwards 5.
 *
 * A pass walks through all keys in small steps; between them anything may happen but a snapshot or an incremental load,
 * during which whoever walks may hold refs. What large values own outside their records stays where it is.
 */
export class Compactor {
  /** Records moved so far. */
  moved = 0;
  /** A pass is on its way. */
  running = false;

  private database = 0;
  private cursor = 0;
  private readonly found: number[] = [];
  /** What could not be given back the last time, because of allocations that do not move or for want of room. */
  private pinnedBytes = 0;

  constructor(private readonly keyspace: Keyspace) {}

  /** True when enough of the pages is not in use. */
  get isWorthwhile(): boolean {
    const { reservedBytes } = this.keyspace.slab;
    const { wasteBytes } = this;
    this.pinnedBytes = Math.min(this.pinnedBytes, wasteBytes);
    const least = Math.max(WASTE_BYTES_MIN, reservedBytes * WASTE_SHARE_MIN);
    const growth = this.pinnedBytes === 0 ? 0 : least * WASTE_GROWTH_MIN;
    return wasteBytes >= Math.max(least, this.pinnedBytes + growth);
  }

  private get wasteBytes(): number {
    const { liveBytes, reservedBytes } = this.keyspace.slab;
    return reservedBytes - liveBytes;
  }

  /** Begins a pass, if any page is empty enough and there is none yet; whether it did. */
  begin(): boolean {
    if (this.running) return false;
    this.running = this.keyspace.slab.beginEvacuation() > 0;
    if (!this.running) this.pinnedBytes = this.wasteBytes;
    this.database = 0;
    this.cursor = 0;
    return this.running;
  }

  /** Looks at a few keys, and moves those whose records stand in the way. */
  step(): void {
    const { databases, slab } = this.keyspace;
    const database = databases[this.database]!;
    const { found } = this;
    this.cursor = database.scan(this.cursor, KEYS_PER_STEP, (ref) => {
      if (slab.isEvacuated(ref)) found.push(ref);
    });
    this.moveFound(database);
    if (this.cursor !== 0) return;
    database.relocateTables();
    if (++this.database === databases.length) this.end();
  }

  private moveFound(database: Database): void {
    for (const ref of this.found) database.relocate(ref);
    this.moved += this.found.length;
    this.found.length = 0;
  }

  private end(): void {
    this.running = false;
    this.keyspace.slab.endEvacuation();
  }
}

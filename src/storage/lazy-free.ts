import type { Database } from './database.js';
import type { HashIndex } from './hash-index.js';
import type { Slab } from './slab.js';

/** What values of one representation own outside their records. */
export interface ValueParts {
  /** About how much releasing takes: 1 is one entry of a dictionary, some 50 nanoseconds. */
  effort(database: Database, ref: number): number;
  /**
   * Releases parts for about `steps` of that effort. What is left of `steps`, and 0 when there is more to do: then only
   * this function may be called for the value again. It opens no window that is open elsewhere: it may be called in the
   * middle of a command that finds no memory.
   */
  release(database: Database, ref: number, steps: number): number;
}

/** Removed lazily, a value that takes more effort than this goes to the queue, as in Redis (LAZYFREE_THRESHOLD). */
const LAZY_EFFORT_MAX = 64;
/** Removed otherwise, one that takes more goes there too: about half a millisecond, so that nobody is held up. */
const DIRECT_EFFORT_MAX = 8192;
/** Effort between two looks at the clock: 0.1 to 0.2 ms. */
const STEPS_PER_LOOK = 2048;

/** Takes longer than one entry of a dictionary: its page is touched for it, and more often given back. */
export const BLOCK_EFFORT = 16;

/** Above this effort a value is not released inside the command that removes it. */
export function directEffortMax(lazily: boolean): number {
  return lazily ? LAZY_EFFORT_MAX : DIRECT_EFFORT_MAX;
}

/** Somebody who reads the parts of large values while these are changed and removed. */
export interface PartsReader {
  reads(database: Database, ref: number): boolean;
  /** Takes over a record that no key names any more, to give it back by `LazyFree.add` when nobody reads its parts. */
  adopt(database: Database, ref: number): void;
}

interface Detached {
  readonly database: Database;
  readonly ref: number;
}

interface Flushed {
  readonly database: Database;
  readonly index: HashIndex;
}

/**
 * Large values that no key names any more, and indexes of databases that were emptied: they are released step by step,
 * between commands. A value is here as its record, taken out of its database; the record's bytes name the parts.
 */
export class LazyFree {
  /** Values released so far by way of this queue, for INFO. */
  freed = 0;
  /** Called when something comes into the empty queue. */
  onPending: () => void = ignore;
  /** Who still reads parts of values that are removed. */
  reader: PartsReader | null = null;

  private readonly values: Detached[] = [];
  private readonly indexes: Flushed[] = [];
  private flushedKeys = 0;

  constructor(private readonly slab: Slab) {
    slab.reclaim = () => this.releaseAll();
  }

  /** Values, and keys of emptied databases, that wait to be released. */
  get pending(): number {
    return this.values.length + this.flushedKeys;
  }

  /** Takes a record that no index names any more, to release it with all its parts. */
  add(database: Database, ref: number): void {
    if (this.reader?.reads(database, ref) === true) return this.reader.adopt(database, ref);
    const first = this.isEmpty;
    this.values.push({ database, ref });
    if (first) this.onPending();
  }

  /** Takes the index of a database that was emptied, to release its records. */
  addIndex(database: Database, index: HashIndex): void {
    const first = this.isEmpty;
    this.indexes.push({ database, index });
    this.flushedKeys += index.size;
    if (first) this.onPending();
  }

  private get isEmpty(): boolean {
    return this.values.length === 0 && this.indexes.length === 0;
  }

  /** Releases until everything is released or `elapsedMs()` reaches `budgetMs`; true when something is left. */
  run(budgetMs: number, elapsedMs: () => number): boolean {
    while (this.step(STEPS_PER_LOOK)) if (elapsedMs() >= budgetMs) return true;
    return false;
  }

  /** Releases parts for about `steps` of effort, a look's unless said otherwise; true when something is left. */
  step(steps = STEPS_PER_LOOK): boolean {
    let left = steps;
    while (left > 0 && this.values.length > 0) left = this.releaseValue(left);
    while (left > 0 && this.indexes.length > 0) left = this.releaseRecords(left);
    return !this.isEmpty;
  }

  /** The last one first: what came last is most likely still in the processor's cache. */
  private releaseValue(steps: number): number {
    const { database, ref } = this.values[this.values.length - 1]!;
    const left = database.releaseParts(ref, steps);
    if (left === 0) return 0;
    this.slab.release(ref);
    this.values.pop();
    this.freed++;
    return left;
  }

  private releaseRecords(steps: number): number {
    const { database, index } = this.indexes[this.indexes.length - 1]!;
    const at = this.indexes.length - 1;
    const left = index.drain(steps, (ref) => {
      this.flushedKeys--;
      const effort = database.releaseFlushed(ref);
      if (effort < 0) {
        this.add(database, ref);
        return 0;
      }
      this.freed++;
      return effort;
    });
    if (left > 0) this.indexes.splice(at, 1);
    return left;
  }

  /** Releases everything now; true if there was anything. */
  releaseAll(): boolean {
    if (this.isEmpty) return false;
    while (this.step(Infinity));
    return true;
  }

  /** Everything that waits has gone with the slab. */
  forget(): void {
    this.freed += this.pending;
    this.values.length = 0;
    this.indexes.length = 0;
    this.flushedKeys = 0;
  }
}

function ignore(): void {
  // Nobody listens.
}

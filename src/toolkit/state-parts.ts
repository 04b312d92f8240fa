import { Flags } from '@oclif/core';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../persistence/rdb/rdb-format.js';
import type { RdbVisitor } from '../persistence/rdb/rdb-visitor.js';
import type { RdbVersion } from '../persistence/rdb/rdb-writer.js';
import type { AofSet } from '../persistence/toolkit/aof-set.js';
import type { Progress } from '../persistence/toolkit/progress.js';
import { collectGarbage } from './garbage.js';
import { KeyRange } from './key-range.js';
import { KeyTies } from './key-ties.js';
import { type KeyProgress, OfflineState, TooLargeError } from './offline-state.js';
import { RequestKeys } from './request-keys.js';

const MEGABYTE = 1024 * 1024;
/** With what Node itself takes, 200 MB are not reached. */
const MEMORY_MB = 40;

export const memoryFlag = Flags.integer({
  default: MEMORY_MB,
  min: 8,
  helpValue: 'MB',
  description:
    'megabytes that loaded keys may take at a time; what takes more is read several times, some of its keys each time',
});

/** How those who wait are told how far it is. */
export interface PartsProgress {
  reading(set: AofSet, doing: string): Progress;
  telling(keys: number, doing: string): KeyProgress;
}

/** A set as loaded, or a range of its keys. */
export interface StatePart {
  state: OfflineState;
  range: KeyRange;
  /** Told with `OfflineState.tell`. */
  progress: KeyProgress;
}

/**
 * Loads sets in bounded memory: at once where all keys fit, else a range of the keys after the other, for which the files
 * are read again each time. Keys that some command connects are loaded together.
 */
export class StateParts {
  private readonly keys = new RequestKeys();
  private ties: KeyTies | null = null;

  constructor(
    private readonly sets: readonly AofSet[],
    private readonly options: { memoryMegabytes: number; bytesPerKey?: number },
    private readonly progress: PartsProgress,
  ) {}

  /** True when not all keys fit, and hashes may have fields with expire times. */
  get mayHaveFieldTimes(): boolean {
    return this.ties?.fieldTimes ?? false;
  }

  /**
   * For each range `visit` is called once per set, in their order. While a later set of a range is loaded, the range may
   * shrink; and the first range, of all keys, may be begun anew with less: `visit` comes for the first set again. Rejects
   * as `OfflineState.load` does.
   */
  async each(visit: (part: StatePart, set: number) => Promise<void>): Promise<void> {
    try {
      return await this.range(new KeyRange(), visit);
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
    }
    this.ties = await KeyTies.of(this.sets, this.keys, (set) =>
      this.progress.reading(set, 'more keys than fit into memory at once: reading'),
    );
    const range = new KeyRange(this.ties);
    do await this.range(range, visit);
    while (range.advance());
  }

  private async range(
    range: KeyRange,
    visit: (part: StatePart, set: number) => Promise<void>,
  ): Promise<void> {
    const { memoryMegabytes, bytesPerKey = 0 } = this.options;
    const limits = { memoryBytes: memoryMegabytes * MEGABYTE, bytesPerKey, range };
    const already = range.ties === null ? '' : `${Math.floor(100 * range.done)} % of the keys done: `;
    for (const [number, set] of this.sets.entries()) {
      collectGarbage();
      const reading = this.progress.reading(set, `${already}reading`);
      const state = await OfflineState.load(set, reading, limits, this.keys);
      await visit({ state, range, progress: this.progress.telling(state.keys, already) }, number);
    }
  }
}

/** What one set amounts to, told once. */
export class OfflineData {
  /** Known when all was told. */
  keys = 0;
  droppedBytes = 0;
  private fieldTimes = false;
  private readonly parts: StateParts;

  constructor(set: AofSet, memoryMegabytes: number, progress: PartsProgress) {
    this.parts = new StateParts([set], { memoryMegabytes }, progress);
  }

  /** `start` is called once, when the version that an RDB file must have is known; what it returns is told everything. */
  async tell(start: (version: RdbVersion) => RdbVisitor): Promise<void> {
    let visitor: RdbVisitor | null = null;
    await this.parts.each(async ({ state, progress }) => {
      if (visitor === null) {
        this.fieldTimes = state.fieldTimes || this.parts.mayHaveFieldTimes;
        visitor = start(this.fieldTimes ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN);
      }
      await state.tell(visitor, progress);
      this.keys += state.keys;
      this.droppedBytes = state.droppedBytes;
    });
  }

  /** The oldest Redis that reads what is written of this data, or null when any does. Known when all was told. */
  get needsRedis(): string | null {
    return this.fieldTimes ? '7.4' : null;
  }
}

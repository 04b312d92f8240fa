import type { AofSet } from './aof-set.js';
import type { KeysOf } from './operation-filter.js';
import { type OperationsResult, walkOperations } from './operations.js';

/** How often, and with how many bytes of records. */
export interface Tally {
  name: string;
  commands: number;
  bytes: number;
}

/** The frozen schema of `aof stats --json`. Lists are sorted: busiest first, times in their order. */
export interface Stats {
  commands: number;
  bytes: number;
  snapshotCommands: number;
  byCommand: Tally[];
  byDatabase: Tally[];
  byPrefix: Tally[];
  /** Start of each bucket as a date; empty where the file has no timestamps. */
  byTime: Tally[];
  busiestKeys: Tally[];
  /** True when there were more keys or prefixes than are counted: the rarest were dropped on the way. */
  approximate: boolean;
}

export interface StatsOptions {
  /** What ends the prefix of a key. */
  separator: string;
  bucketSeconds: number;
  /** Entries per list. */
  top: number;
}

/** Names counted at once; memory stays bounded whatever the file holds. */
const NAMES_MAX = 100_000;

/** Counts what was written: commands and bytes by command, database, prefix, time and key. */
export function collectStats(
  set: AofSet,
  keysOf: KeysOf,
  options: StatsOptions,
): { stats: Stats; result: OperationsResult } {
  const tallies = {
    byCommand: new Tallies(),
    byDatabase: new Tallies(),
    byPrefix: new Tallies(),
    byTime: new Tallies(),
    byKey: new Tallies(),
  };
  let commands = 0;
  let bytes = 0;
  let snapshotCommands = 0;
  const result = walkOperations(set, ({ request, db, start, end, timeSeconds }) => {
    if (start < 0) {
      snapshotCommands++;
      return true;
    }
    const size = end - start;
    commands++;
    bytes += size;
    tallies.byCommand.add(request.string(0).toUpperCase(), size);
    tallies.byDatabase.add(`db${db}`, size);
    if (timeSeconds > 0) tallies.byTime.add(bucket(timeSeconds, options.bucketSeconds), size);
    for (const index of keysOf(request)) {
      const key = request.string(index);
      tallies.byKey.add(key, size);
      const at = key.indexOf(options.separator);
      tallies.byPrefix.add(at < 0 ? '(none)' : key.slice(0, at + options.separator.length), size);
    }
    return true;
  });
  const { top } = options;
  return {
    result,
    stats: {
      commands,
      bytes,
      snapshotCommands,
      byCommand: tallies.byCommand.busiest(top),
      byDatabase: tallies.byDatabase.busiest(top),
      byPrefix: tallies.byPrefix.busiest(top),
      byTime: tallies.byTime.busiest(NAMES_MAX).sort((a, b) => (a.name < b.name ? -1 : 1)),
      busiestKeys: tallies.byKey.busiest(top),
      approximate: tallies.byKey.dropped || tallies.byPrefix.dropped,
    },
  };
}

function bucket(seconds: number, size: number): string {
  return new Date(Math.floor(seconds / size) * size * 1000).toISOString().replace('.000Z', 'Z');
}

class Tallies {
  dropped = false;
  private tallies = new Map<string, Tally>();

  add(name: string, bytes: number): void {
    let tally = this.tallies.get(name);
    if (tally === undefined) {
      if (this.tallies.size >= NAMES_MAX) this.dropRarest();
      tally = { name, commands: 0, bytes: 0 };
      this.tallies.set(name, tally);
    }
    tally.commands++;
    tally.bytes += bytes;
  }

  busiest(count: number): Tally[] {
    return [...this.tallies.values()]
      .sort((a, b) => b.commands - a.commands || b.bytes - a.bytes)
      .slice(0, count);
  }

  private dropRarest(): void {
    this.dropped = true;
    this.tallies = new Map(this.busiest(NAMES_MAX / 2).map((tally) => [tally.name, tally]));
  }
}

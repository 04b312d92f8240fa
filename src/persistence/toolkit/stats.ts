import type { AofSet } from './aof-set.js';
import { timeText } from './describe-command.js';
import { type JsonArgument, jsonArgument } from './json-argument.js';
import { NameTallies, type NameTally } from './name-tallies.js';
import type { KeysOf } from './operation-filter.js';
import { type Operation, type OperationsResult, walkOperations } from './operations.js';
import type { Progress } from './progress.js';

/** How often, and with how many bytes of records. */
export interface Tally<Name = string> {
  name: Name;
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
  byPrefix: Tally<JsonArgument>[];
  /** Start of each bucket as a date; empty where the file has no timestamps. */
  byTime: Tally[];
  /** Length of a bucket: longer than asked for when there would be too many. */
  bucketSeconds: number;
  busiestKeys: Tally<JsonArgument>[];
  /** True when there were more keys or prefixes than are counted at once. */
  approximate: boolean;
  /** By how many commands a count of these lists may be too low; 0 when they are exact. */
  undercount: { byPrefix: number; busiestKeys: number };
}

export interface StatsOptions {
  /** What ends the prefix of a key. */
  separator: string;
  bucketSeconds: number;
  /** Entries per list. */
  top: number;
  progress: Progress;
}

/** Longer keys that begin alike are counted as one. */
const KEY_BYTES_MAX = 64 * 1024;
const DATABASES_MAX = 65_536;
const BUCKETS_MAX = 10_000;
const NO_PREFIX = Buffer.from('(none)');

/** Counts what was written: commands and bytes by command, database, prefix, time and key. */
export async function collectStats(
  set: AofSet,
  keysOf: KeysOf,
  options: StatsOptions,
): Promise<{ stats: Stats; result: OperationsResult }> {
  const collector = new StatsCollector(keysOf, options);
  const visit = (operation: Operation): boolean => {
    collector.take(operation);
    return true;
  };
  const { progress } = options;
  const result = await walkOperations(set, visit, { argumentBytesMax: KEY_BYTES_MAX, progress });
  return { result, stats: collector.stats };
}

class StatsCollector {
  private commands = 0;
  private bytes = 0;
  private snapshotCommands = 0;
  private readonly byCommand = new NameTallies();
  private readonly byPrefix = new NameTallies();
  private readonly byKey = new NameTallies();
  private readonly byDatabase = new DatabaseTallies();
  private readonly times: TimeTallies;
  private readonly separator: Buffer;

  constructor(
    private readonly keysOf: KeysOf,
    private readonly options: StatsOptions,
  ) {
    this.separator = Buffer.from(options.separator);
    this.times = new TimeTallies(options.bucketSeconds);
  }

  take({ request, db, start, end, timeSeconds }: Operation): void {
    if (start < 0) {
      this.snapshotCommands++;
      return;
    }
    const size = end - start;
    const { buffer } = request;
    this.commands++;
    this.bytes += size;
    this.byCommand.add(buffer, request.offset(0), request.length(0), size);
    this.byDatabase.add(db, size);
    if (timeSeconds > 0) this.times.add(timeSeconds, size);
    const keys = this.keysOf(request);
    // eslint-disable-next-line @typescript-eslint/prefer-for-of -- a tenth of the time of an iterator
    for (let i = 0; i < keys.length; i++) {
      const offset = request.offset(keys[i]!);
      const length = request.length(keys[i]!);
      this.byKey.add(buffer, offset, length, size);
      const prefix = this.prefixBytes(buffer, offset, length);
      if (prefix === 0) this.byPrefix.add(NO_PREFIX, 0, NO_PREFIX.length, size);
      else this.byPrefix.add(buffer, offset, prefix, size);
    }
  }

  /** Length of the prefix of a key, separator included; 0 without one. */
  private prefixBytes(buffer: Uint8Array, offset: number, length: number): number {
    const { separator } = this;
    const last = offset + length - separator.length;
    for (let at = offset; at <= last; at++) {
      let same = 0;
      while (same < separator.length && buffer[at + same] === separator[same]) same++;
      if (same === separator.length) return at - offset + same;
    }
    return 0;
  }

  get stats(): Stats {
    const { commands, bytes, snapshotCommands, byCommand, byPrefix, byKey, times } = this;
    const { top } = this.options;
    const undercount = { byPrefix: byPrefix.undercount, busiestKeys: byKey.undercount };
    return {
      commands,
      bytes,
      snapshotCommands,
      byCommand: mergeCases(byCommand).slice(0, top),
      byDatabase: busiest(this.byDatabase.tallies).slice(0, top),
      byPrefix: byPrefix.busiest(top).map(named),
      byTime: times.tallies,
      bucketSeconds: times.bucketSeconds,
      busiestKeys: byKey.busiest(top).map(named),
      approximate: undercount.byPrefix + undercount.busiestKeys > 0,
      undercount,
    };
  }
}

function named({ name, commands, bytes }: NameTally): Tally<JsonArgument> {
  return { name: jsonArgument(name), commands, bytes };
}

/** `set` and `SET` are one command. */
function mergeCases(tallies: NameTallies): Tally[] {
  const merged = new Map<string, Tally>();
  for (const { name: raw, commands, bytes } of tallies.busiest(Infinity)) {
    const name = raw.toString('latin1').toUpperCase();
    const tally = merged.get(name) ?? { name, commands: 0, bytes: 0 };
    tally.commands += commands;
    tally.bytes += bytes;
    merged.set(name, tally);
  }
  return busiest([...merged.values()]);
}

function busiest(tallies: Tally[]): Tally[] {
  return tallies.sort((a, b) => b.commands - a.commands || b.bytes - a.bytes);
}

interface Count {
  commands: number;
  bytes: number;
}

/** Counts by number of database; mostly the same one many times in a row. */
class DatabaseTallies {
  private readonly counts = new Map<number, Count>();
  private last = NaN;
  private current: Count = { commands: 0, bytes: 0 };

  add(db: number, bytes: number): void {
    if (db !== this.last) {
      this.last = db;
      this.current = countOf(this.counts, this.counts.has(db) || this.counts.size < DATABASES_MAX ? db : -1);
    }
    this.current.commands++;
    this.current.bytes += bytes;
  }

  get tallies(): Tally[] {
    return [...this.counts].map(([db, count]) => ({ name: db < 0 ? 'others' : `db${db}`, ...count }));
  }
}

/** Counts by time, in buckets that become longer when there are too many. */
class TimeTallies {
  private counts = new Map<number, Count>();
  private lastSeconds = NaN;
  private current: Count = { commands: 0, bytes: 0 };

  constructor(public bucketSeconds: number) {}

  add(seconds: number, bytes: number): void {
    if (seconds !== this.lastSeconds) {
      this.lastSeconds = seconds;
      if (this.counts.size >= BUCKETS_MAX) this.lengthen();
      this.current = countOf(this.counts, this.bucket(seconds));
    }
    this.current.commands++;
    this.current.bytes += bytes;
  }

  private bucket(seconds: number): number {
    return Math.floor(seconds / this.bucketSeconds) * this.bucketSeconds;
  }

  private lengthen(): void {
    const before = this.counts;
    this.counts = new Map();
    this.bucketSeconds *= 2;
    for (const [start, { commands, bytes }] of before) {
      const count = countOf(this.counts, this.bucket(start));
      count.commands += commands;
      count.bytes += bytes;
    }
  }

  get tallies(): Tally[] {
    return [...this.counts]
      .sort(([a], [b]) => a - b)
      .map(([start, count]) => ({ name: timeText(start), ...count }));
  }
}

function countOf(counts: Map<number, Count>, number: number): Count {
  const found = counts.get(number);
  if (found !== undefined) return found;
  const count = { commands: 0, bytes: 0 };
  counts.set(number, count);
  return count;
}

import { Flags } from '@oclif/core';
import { type AofSet, findAofSet, setBytes } from '../../persistence/toolkit/aof-set.js';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { quoteArgument } from '../../persistence/toolkit/describe-command.js';
import { collectStats, type Stats, type Tally } from '../../persistence/toolkit/stats.js';
import { AofCommand, ExitCode, pathArgument, UsageError } from '../../toolkit/aof-command.js';
import { type LiveData, measureLiveData } from '../../toolkit/live-data.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

const BAR_CHARACTERS = 30;
/** Larger sets are loaded only when asked for: the rest of the statistics needs no memory to speak of. */
const LOADED_BYTES_MAX = 64 * 1024 * 1024;

export default class AofStats extends AofCommand {
  static override summary = 'what was written: by command, database, key prefix, time and key';
  static override description =
    'Counts the records of an AOF and their bytes; an RDB part is counted apart. Loads the data, too, to tell how many bytes a rewrite would free and which keys are the biggest: by itself when the files are small, else with --live.';
  static override examples = [
    '<%= config.bin %> aof stats data',
    '<%= config.bin %> aof stats data --separator / --top 50 --json',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    separator: Flags.string({ default: ':', description: 'what ends the prefix of a key' }),
    bucket: Flags.integer({ default: 3600, min: 1, description: 'seconds per row of the times' }),
    live: Flags.boolean({
      description: 'load the data for dead bytes and the biggest keys; the default up to 64 MB of files',
    }),
    'no-live': Flags.boolean({ description: 'do not load the data', exclusive: ['live'] }),
    top: Flags.integer({ default: 10, min: 1, description: 'rows per list' }),
  };

  async run(): Promise<Stats & { live: LiveData | null }> {
    const { args, flags } = await this.parse(AofStats);
    const keys = new RequestKeys();
    const options = { separator: flags.separator, bucketSeconds: flags.bucket, top: flags.top };
    const { stats, result } = collectStats(findAofSet(args.path), (request) => keys.of(request), options);
    this.log(`${count(stats.commands, 'record')}, ${bytes(stats.bytes)}`);
    if (stats.snapshotCommands > 0) {
      this.log(`and an RDB part that ${count(stats.snapshotCommands, 'command')} would make`);
    }
    this.table('Commands', stats.byCommand);
    this.table('Databases', stats.byDatabase);
    this.table('Prefixes', stats.byPrefix);
    this.table('Times', stats.byTime);
    this.table('Busiest keys', stats.busiestKeys);
    const set = findAofSet(args.path);
    const loads = flags.live || (!flags['no-live'] && setBytes(set) <= LOADED_BYTES_MAX);
    const live = loads && result.damaged === null ? this.live(set, flags.top) : null;
    if (!loads) this.log('\nToo large to load by default: --live tells dead bytes and the biggest keys.');
    if (stats.approximate) this.log('\nThere are too many keys to count each: rare ones may be missing.');
    if (result.damaged !== null) {
      this.logToStderr(
        `${result.damaged.name} is damaged: what follows there was not counted (see 'aof check')`,
      );
      process.exitCode = ExitCode.DAMAGED;
    }
    return { ...stats, live };
  }

  /** Null when the data cannot be loaded; that it was counted all the same. */
  private live(set: AofSet, top: number): LiveData | null {
    try {
      const live = measureLiveData(set, top);
      const percent = live.fileBytes === 0 ? 0 : Math.round((100 * live.deadBytes) / live.fileBytes);
      this.log(
        `\nA rewrite would leave ${count(live.keys, 'key')} in ${bytes(live.liveBytes)}: ${bytes(live.deadBytes)} (${percent} %) are dead.`,
      );
      this.rows(
        'Biggest keys',
        live.biggestKeys.map((key) => ({
          name: `${quoteArgument(key.name)} (${key.type}, db${key.db})`,
          size: key.bytes,
          text: bytes(key.bytes),
        })),
      );
      return live;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.logToStderr(`the data cannot be loaded: ${error.message}`);
      return null;
    }
  }

  private table(title: string, tallies: readonly Tally[]): void {
    this.rows(
      title,
      tallies.map((tally) => ({
        name: quoteArgument(tally.name),
        size: tally.commands,
        text: `${tally.commands.toLocaleString('en')}, ${bytes(tally.bytes)}`,
      })),
    );
  }

  private rows(title: string, rows: readonly { name: string; size: number; text: string }[]): void {
    if (rows.length === 0) return;
    const most = rows.reduce((max, { size }) => Math.max(max, size), 1);
    const width = Math.min(
      40,
      rows.reduce((max, { name }) => Math.max(max, name.length), 0),
    );
    this.log(`\n${title}`);
    for (const { name, size, text } of rows) {
      const bar = '#'.repeat(Math.ceil((BAR_CHARACTERS * size) / most));
      this.log(`  ${name.slice(0, width).padEnd(width)}  ${bar.padEnd(BAR_CHARACTERS)} ${text}`);
    }
  }
}

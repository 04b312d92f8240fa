import { Flags } from '@oclif/core';
import { AofDamagedError, type AofSet, findAofSet, setBytes } from '../../persistence/toolkit/aof-set.js';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { type JsonArgument, shownArgument } from '../../persistence/toolkit/json-argument.js';
import { collectStats, type Stats, type Tally } from '../../persistence/toolkit/stats.js';
import { AofCommand, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { type LiveData, measureLiveData } from '../../toolkit/live-data.js';
import { RequestKeys } from '../../toolkit/request-keys.js';
import { memoryFlag, OfflineData } from '../../toolkit/state-parts.js';

const BAR_CHARACTERS = 30;
const BAR_CHARACTERS_MIN = 5;
/** Larger sets are loaded only when asked for: that takes several times as long as the rest of the statistics. */
const LOADED_BYTES_MAX = 64 * 1024 * 1024;

export default class AofStats extends AofCommand {
  static override summary = 'what was written: by command, database, key prefix, time and key';
  static override description =
    'Counts the records of an AOF and their bytes; an RDB part is counted apart. Loads the data, too, to tell how many bytes a rewrite would free and which keys are the biggest: by itself when the files are small, else with --live.' +
    exitCodeHelp({
      0: 'everything was counted',
      1: 'all but an unfinished end',
      2: 'damaged: counted up to there',
    });
  static override examples = [
    '<%= config.bin %> aof stats data',
    '<%= config.bin %> aof stats data --separator / --top 50 --json',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    separator: Flags.string({
      helpValue: 'TEXT',
      default: ':',
      description: 'what ends the prefix of a key',
    }),
    bucket: Flags.integer({
      helpValue: 'SECONDS',
      default: 3600,
      min: 1,
      description: 'seconds per row of the times',
    }),
    live: Flags.boolean({
      description: 'load the data for dead bytes and the biggest keys; the default up to 64 MB of files',
    }),
    'no-live': Flags.boolean({ description: 'do not load the data', exclusive: ['live'] }),
    memory: memoryFlag,
    top: Flags.integer({ helpValue: 'ROWS', default: 10, min: 1, description: 'rows per list' }),
  };

  async run(): Promise<Stats & { live: LiveData | null }> {
    const { args, flags } = await this.parse(AofStats);
    const keys = new RequestKeys();
    const set = findAofSet(args.path);
    const options = {
      separator: flags.separator,
      bucketSeconds: flags.bucket,
      top: flags.top,
      progress: this.progressOf(set, 'counting'),
    };
    const { stats, result } = await collectStats(set, (request) => keys.of(request), options);
    this.log(`${count(stats.commands, 'record')}, ${bytes(stats.bytes)}`);
    if (stats.snapshotCommands > 0) {
      this.log(`and an RDB part that ${count(stats.snapshotCommands, 'command')} would make`);
    }
    this.table('Commands', stats.byCommand);
    this.table('Databases', stats.byDatabase);
    this.table('Prefixes', stats.byPrefix);
    this.table('Times', stats.byTime);
    this.table('Busiest keys', stats.busiestKeys);
    const loads = flags.live || (!flags['no-live'] && setBytes(set) <= LOADED_BYTES_MAX);
    const live =
      loads && (result.damaged === null || result.unfinished)
        ? await this.live(set, flags.top, flags.memory)
        : null;
    if (!loads) this.say('\nToo large to load by default: --live tells dead bytes and the biggest keys.');
    if (stats.approximate) {
      const { byPrefix, busiestKeys } = stats.undercount;
      this.say(
        `\nThere are too many keys to count each. What is told is approximate: a key may have up to ${count(busiestKeys, 'command')} more than shown, a prefix ${count(byPrefix, 'command')} more, and rarer ones are missing.`,
      );
    }
    this.tellEnd(result);
    return { ...stats, live };
  }

  /** Null when the data cannot be loaded; that it was counted all the same. */
  private async live(set: AofSet, top: number, memory: number): Promise<LiveData | null> {
    try {
      const live = await measureLiveData(set, new OfflineData(set, memory, this.partsProgress()), top);
      const percent = live.fileBytes === 0 ? 0 : Math.round((100 * live.deadBytes) / live.fileBytes);
      this.say(
        `\nA rewrite would leave ${count(live.keys, 'key')} in ${bytes(live.liveBytes)}: ${bytes(live.deadBytes)} (${percent} %) are dead.`,
      );
      this.rows(
        'Biggest keys',
        live.biggestKeys.map((key) => ({
          name: `${shownArgument(key.name)} (${key.type}, db${key.db})`,
          size: key.bytes,
          text: bytes(key.bytes),
        })),
      );
      return live;
    } catch (error) {
      if (!(error instanceof AofDamagedError)) throw error;
      this.logToStderr(`the data cannot be loaded: ${error.message}`);
      return null;
    }
  }

  private table(title: string, tallies: readonly Tally<JsonArgument>[]): void {
    this.rows(
      title,
      tallies.map((tally) => ({
        name: shownArgument(tally.name),
        size: tally.commands,
        text: `${tally.commands.toLocaleString('en')}, ${bytes(tally.bytes)}`,
      })),
    );
  }

  private rows(title: string, rows: readonly { name: string; size: number; text: string }[]): void {
    if (rows.length === 0) return;
    const most = rows.reduce((max, { size }) => Math.max(max, size), 1);
    const longest = (texts: readonly string[]): number =>
      texts.reduce((max, { length }) => Math.max(max, length), 0);
    const width = Math.min(40, longest(rows.map(({ name }) => name)));
    // Two spaces before the name and the bar, one behind it.
    const taken = 5 + width + longest(rows.map(({ text }) => text));
    const columns = process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
    const barWidth = Math.max(BAR_CHARACTERS_MIN, Math.min(BAR_CHARACTERS, columns - taken - 1));
    this.log(`\n${title}`);
    for (const { name, size, text } of rows) {
      const bar = '#'.repeat(Math.ceil((barWidth * size) / most));
      this.log(`  ${name.slice(0, width).padEnd(width)}  ${bar.padEnd(barWidth)} ${text}`);
    }
  }
}

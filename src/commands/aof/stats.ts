import { Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { quoteArgument } from '../../persistence/toolkit/describe-command.js';
import { collectStats, type Stats, type Tally } from '../../persistence/toolkit/stats.js';
import { AofCommand, ExitCode, pathArgument } from '../../toolkit/aof-command.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

const BAR_CHARACTERS = 30;

export default class AofStats extends AofCommand {
  static override summary = 'what was written: by command, database, key prefix, time and key';
  static override description = 'Counts the records of an AOF and their bytes; an RDB part is counted apart.';
  static override examples = [
    '<%= config.bin %> aof stats data',
    '<%= config.bin %> aof stats data --separator / --top 50 --json',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    separator: Flags.string({ default: ':', description: 'what ends the prefix of a key' }),
    bucket: Flags.integer({ default: 3600, min: 1, description: 'seconds per row of the times' }),
    top: Flags.integer({ default: 10, min: 1, description: 'rows per list' }),
  };

  async run(): Promise<Stats> {
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
    if (stats.approximate) this.log('\nThere are too many keys to count each: rare ones may be missing.');
    if (result.damaged !== null) {
      this.logToStderr(
        `${result.damaged.name} is damaged: what follows there was not counted (see 'aof check')`,
      );
      process.exitCode = ExitCode.DAMAGED;
    }
    return stats;
  }

  private table(title: string, tallies: readonly Tally[]): void {
    if (tallies.length === 0) return;
    const most = Math.max(...tallies.map(({ commands }) => commands));
    const width = Math.min(40, Math.max(...tallies.map(({ name }) => quoteArgument(name).length)));
    this.log(`\n${title}`);
    for (const tally of tallies) {
      const bar = '#'.repeat(Math.ceil((BAR_CHARACTERS * tally.commands) / most));
      const name = quoteArgument(tally.name).slice(0, width).padEnd(width);
      this.log(
        `  ${name}  ${bar.padEnd(BAR_CHARACTERS)} ${tally.commands.toLocaleString('en')}, ${bytes(tally.bytes)}`,
      );
    }
  }
}

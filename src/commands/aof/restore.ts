import { Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { restore, type RestoreResult } from '../../persistence/toolkit/restore.js';
import { AofCommand, ExitCode, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { parseRestorePoint } from '../../toolkit/restore-point.js';
import { restoreReport } from '../../toolkit/restore-report.js';

export default class AofRestore extends AofCommand {
  static override summary = 'go back in time: copy the data up to a point into a new directory';
  static override description =
    'The point is a time (2026-11-21T10:00:00Z, or seconds since 1970; needs aof-timestamp-enabled), an OFFSET in the newest file or FILE:OFFSET, or before:COMMAND for the last command of that name (before:"DEL user:1" compares arguments too). It is never inside a transaction. The original is only read.' +
    exitCodeHelp({ 0: 'restored', 1: 'restored, but only up to damage that comes before the point' });
  static override examples = [
    '<%= config.bin %> aof restore data --to 2026-11-21T10:00:00Z --output restored',
    '<%= config.bin %> aof restore data --to before:flushall --output restored',
    '<%= config.bin %> aof restore data --to redis.aof.3.incr.aof:81920 --output restored',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    to: Flags.string({
      helpValue: 'POINT',
      required: true,
      description: 'TIME, OFFSET, FILE:OFFSET or before:COMMAND',
    }),
    output: Flags.string({
      char: 'o',
      helpValue: 'DIRECTORY',
      required: true,
      description: 'directory to make',
    }),
  };

  async run(): Promise<RestoreResult> {
    const { args, flags } = await this.parse(AofRestore);
    const set = findAofSet(args.path);
    const point = parseRestorePoint(flags.to);
    const result = await restore(set, point, flags.output, this.progressOf(set));
    process.exitCode = result.damage === null ? ExitCode.SOUND : ExitCode.REPAIRABLE;
    for (const line of restoreReport(result, this.config.bin)) this.say(line);
    return result;
  }
}

import { Args, Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { restore, type RestoreResult } from '../../persistence/toolkit/restore.js';
import { AofCommand, ExitCode, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { restoreReport } from '../../toolkit/restore-report.js';

export default class AofUndo extends AofCommand {
  static override summary =
    'restore the data as it was before the last FLUSHALL, FLUSHDB or any other command';
  static override description =
    'Copies the data up to that command into a new directory: what came after it is left out as well. The original is only read.' +
    exitCodeHelp({
      0: 'restored',
      1: 'restored; the data is damaged, and only what stands before was searched',
    });
  static override examples = [
    '<%= config.bin %> aof undo data flushall --output restored',
    '<%= config.bin %> aof undo data del user:1 --output restored',
  ];
  static override usage = 'aof undo PATH COMMAND... -o DIRECTORY [--json]';
  static override strict = false;
  static override args = {
    path: pathArgument,
    command: Args.string({
      required: true,
      description: 'the command to undo, with the arguments that tell which one',
    }),
  };
  static override flags = {
    output: Flags.string({
      char: 'o',
      helpValue: 'DIRECTORY',
      required: true,
      description: 'directory to make',
    }),
  };

  async run(): Promise<RestoreResult> {
    const { args, argv, flags } = await this.parse(AofUndo);
    const words = argv.slice(1).map(String);
    const set = findAofSet(args.path);
    const result = await restore(set, { kind: 'before', words }, flags.output, this.progressOf(set));
    process.exitCode = result.damage === null ? ExitCode.SOUND : ExitCode.REPAIRABLE;
    for (const line of restoreReport(result, this.config.bin)) this.say(line);
    return result;
  }
}

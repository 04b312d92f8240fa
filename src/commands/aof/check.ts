import { Flags } from '@oclif/core';
import { type AofSet, findAofSet } from '../../persistence/toolkit/aof-set.js';
import { bytes, checkReport } from '../../persistence/toolkit/check-report.js';
import { checkSet, type SetCheck } from '../../persistence/toolkit/check.js';
import { cutTail } from '../../persistence/toolkit/cut-tail.js';
import { AofCommand, exitCodeHelp, EXIT_CODES, ExitCode, pathArgument } from '../../toolkit/aof-command.js';

export default class AofCheck extends AofCommand {
  static override summary = 'verify every file of an AOF: records, RDB part, checksums';
  static override description =
    'Reads all files of the set and tells up to where they are sound, what is wrong, and what to do about it. Nothing is changed unless --fix is given.' +
    exitCodeHelp({ 0: 'sound', 1: 'repairable: only an unfinished end has to go', 2: 'damaged' });
  static override examples = [
    '<%= config.bin %> aof check data/appendonlydir',
    '<%= config.bin %> aof check redis.aof --json',
    '<%= config.bin %> aof check --fix --yes data',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    fix: Flags.boolean({ description: 'cut the unfinished end of the last file, after asking' }),
    yes: Flags.boolean({ description: 'do not ask', dependsOn: ['fix'] }),
  };

  async run(): Promise<SetCheck> {
    const { args, flags } = await this.parse(AofCheck);
    const set = findAofSet(args.path);
    const check = await checkSet(set, this.progressOf(set, 'checking'));
    process.exitCode = EXIT_CODES[check.status];
    for (const line of checkReport(check, args.path, `${this.config.bin} aof`)) this.say(line);
    if (!flags.fix || check.status === 'sound') return check;
    if (check.status === 'damaged') {
      this.logToStderr(
        'not fixed: this is not an unfinished end, and cutting there would lose sound records',
      );
      return check;
    }
    return this.fix(set, check, flags.yes);
  }

  private async fix(set: AofSet, check: SetCheck, yes: boolean): Promise<SetCheck> {
    const last = check.files.at(-1)!;
    const lost = bytes(last.bytes - last.soundTo);
    if (!yes && !(await this.confirm(`Cut ${lost} from the end of ${last.path}?`))) {
      this.log('Nothing was changed.');
      return check;
    }
    const backup = await cutTail(last.path, last.soundTo);
    this.log(`Cut ${lost}; they are kept in ${backup}`);
    const again = await checkSet(set);
    process.exitCode = again.status === 'sound' ? ExitCode.SOUND : EXIT_CODES[again.status];
    return again;
  }
}

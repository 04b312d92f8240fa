import { Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { appendFilenameOf } from '../../persistence/toolkit/restore.js';
import { AofCommand, ExitCode, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { dataRemarks, writeMultiPart, writeSingle } from '../../toolkit/state-files.js';
import { memoryFlag, OfflineData } from '../../toolkit/state-parts.js';

interface ConvertResult {
  output: string;
  to: string;
  keys: number;
  bytes: number;
  droppedBytes: number;
  needsRedis: string | null;
}

export default class AofConvert extends AofCommand {
  static override summary =
    'turn an AOF into an RDB file or back, a multi-part AOF into a single file or back';
  static override description =
    'Loads the data and writes it in the form asked for; the history of how it came about is left behind (aof export keeps it). The original is only read.' +
    exitCodeHelp({
      0: 'converted',
      1: 'converted without the unfinished end',
      2: 'damaged: nothing was written',
    });
  static override examples = [
    '<%= config.bin %> aof convert data --to rdb --output dump.rdb',
    '<%= config.bin %> aof convert dump.rdb --to multi --output data',
    '<%= config.bin %> aof convert data --to aof --output redis.aof',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    to: Flags.option({ options: ['rdb', 'aof', 'multi'] as const })({
      required: true,
      description: 'an RDB file, a single AOF of commands, or a data directory with a multi-part AOF',
    }),
    output: Flags.string({
      char: 'o',
      helpValue: 'OUT',
      required: true,
      description: 'file or data directory to make',
    }),
    appendfilename: Flags.string({ helpValue: 'NAME', description: 'name of the AOF in the directory' }),
    memory: memoryFlag,
  };

  async run(): Promise<ConvertResult> {
    const { args, flags } = await this.parse(AofConvert);
    const set = findAofSet(args.path);
    const data = new OfflineData(set, flags.memory, this.partsProgress());
    const { to, output } = flags;
    const name = flags.appendfilename ?? (set.manifest === null ? 'redis.aof' : appendFilenameOf(set));
    const written =
      to === 'multi' ? await writeMultiPart(data, output, name, 'rdb') : await writeSingle(data, output, to);
    const { keys, droppedBytes, needsRedis } = data;
    process.exitCode = droppedBytes > 0 ? ExitCode.REPAIRABLE : ExitCode.SOUND;
    for (const remark of dataRemarks(data)) this.logToStderr(remark);
    this.say(`Wrote ${count(keys, 'key')}, ${bytes(written)}, to ${output}`);
    return { output, to, keys, bytes: written, droppedBytes, needsRedis };
  }
}

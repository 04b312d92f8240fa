import { Flags } from '@oclif/core';
import { findAofSet, setBytes } from '../../persistence/toolkit/aof-set.js';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { appendFilenameOf } from '../../persistence/toolkit/restore.js';
import { AofCommand, ExitCode, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { dataRemarks, writeMultiPart, writeSingle } from '../../toolkit/state-files.js';
import { memoryFlag, OfflineData } from '../../toolkit/state-parts.js';

interface RewriteResult {
  output: string;
  keys: number;
  bytesBefore: number;
  bytesAfter: number;
  droppedBytes: number;
  needsRedis: string | null;
}

export default class AofRewrite extends AofCommand {
  static override summary = 'compact an AOF without a server: only what makes the present data remains';
  static override description =
    'Loads the data and writes it anew: as a multi-part AOF into a new data directory, or with --single as one file. The original is only read.' +
    exitCodeHelp({
      0: 'rewritten',
      1: 'rewritten without the unfinished end',
      2: 'damaged: nothing was written',
    });
  static override examples = [
    '<%= config.bin %> aof rewrite data --output compacted',
    '<%= config.bin %> aof rewrite old.aof --single --base aof --output new.aof',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    output: Flags.string({
      char: 'o',
      helpValue: 'OUT',
      required: true,
      description: 'data directory (or file) to make',
    }),
    single: Flags.boolean({ description: 'write one file instead of a directory' }),
    base: Flags.option({ options: ['rdb', 'aof'] as const })({
      default: 'rdb',
      description: 'format of the data',
    }),
    memory: memoryFlag,
  };

  async run(): Promise<RewriteResult> {
    const { args, flags } = await this.parse(AofRewrite);
    const set = findAofSet(args.path);
    const data = new OfflineData(set, flags.memory, this.partsProgress());
    const bytesBefore = setBytes(set);
    const bytesAfter = flags.single
      ? await writeSingle(data, flags.output, flags.base)
      : await writeMultiPart(data, flags.output, appendFilenameOf(set), flags.base);
    const { keys, droppedBytes, needsRedis } = data;
    process.exitCode = droppedBytes > 0 ? ExitCode.REPAIRABLE : ExitCode.SOUND;
    for (const remark of dataRemarks(data)) this.logToStderr(remark);
    this.say(
      `${count(keys, 'key')}: ${bytes(bytesBefore)} before, ${bytes(bytesAfter)} after, in ${flags.output}`,
    );
    return { output: flags.output, keys, bytesBefore, bytesAfter, droppedBytes, needsRedis };
  }
}

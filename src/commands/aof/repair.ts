import { Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { type JsonArgument, shownArgument } from '../../persistence/toolkit/json-argument.js';
import { salvage } from '../../persistence/toolkit/salvage.js';
import type { SalvageResult } from '../../persistence/toolkit/salvage-output.js';
import type { RecordJudge } from '../../persistence/toolkit/salvage-records.js';
import { AofCommand, exitCodeHelp, ExitCode, pathArgument } from '../../toolkit/aof-command.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

export default class AofRepair extends AofCommand {
  static override summary = 'save every sound record from a damaged AOF into a new directory';
  static override description =
    'Reads past damage: where records begin again, it goes on. What lies between is put into quarantine files, byte for byte, and reported with the keys around it. The original is only read.' +
    exitCodeHelp({ 0: 'nothing was lost', 1: 'saved, but something was lost or is in doubt' });
  static override examples = ['<%= config.bin %> aof repair data --salvage --output recovered'];
  static override args = { path: pathArgument };
  static override flags = {
    salvage: Flags.boolean({ required: true, description: 'keep what is sound behind damage, too' }),
    output: Flags.string({
      char: 'o',
      helpValue: 'DIRECTORY',
      required: true,
      description: 'data directory to make',
    }),
  };

  async run(): Promise<SalvageResult> {
    const { args, flags } = await this.parse(AofRepair);
    const keys = new RequestKeys();
    const set = findAofSet(args.path);
    const progress = this.progressOf(set, 'saving');
    const judge: RecordJudge = {
      keysOf: (request) => keys.of(request),
      objection: (request) => keys.objection(request),
    };
    const result = await salvage(set, flags.output, judge, progress);
    process.exitCode =
      result.lost.length === 0 && !result.snapshotUnproven ? ExitCode.SOUND : ExitCode.REPAIRABLE;
    for (const line of this.report(result)) this.say(line);
    return result;
  }

  private report(result: SalvageResult): string[] {
    const lines = [
      `Saved ${count(result.records, 'record')} and ${count(result.snapshotKeys, 'key')} of an RDB part.`,
    ];
    if (result.snapshotUnproven) {
      lines.push(
        'The checksum of the RDB part does not fit: some value in it was altered, and nothing tells which.',
      );
    }
    for (const { file, start, end, reason, quarantine, keysBefore, keysAfter } of result.lost) {
      lines.push(
        `Lost ${bytes(end - start)} of ${file}, offsets ${start} to ${end}: ${reason}`,
        `  kept in ${quarantine}`,
        `  keys before: ${shown(keysBefore)}; keys after: ${shown(keysAfter)}`,
      );
    }
    if (result.transactionsOpened > 0) {
      lines.push(
        `${result.transactionsOpened.toLocaleString('en')} times MULTI or EXEC left out, because the other half is lost.`,
      );
    }
    return [
      ...lines,
      'The original was not changed. To look at what was saved, on a port of its own:',
      `  ${this.config.bin} serve --port 7777 --data-dir ${result.directory} --appendfilename ${result.appendFilename}`,
    ];
  }
}

function shown(keys: readonly JsonArgument[]): string {
  return keys.length === 0 ? 'none' : keys.map(shownArgument).join(' ');
}

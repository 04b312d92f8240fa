import { writeSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { CSV_HEADER, type ExportFormat, exportSet } from '../../persistence/toolkit/export.js';
import { AofCommand, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { filterFlags, filterOptions } from '../../toolkit/filter-flags.js';
import { LineOutput } from '../../toolkit/line-output.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

export default class AofExport extends AofCommand {
  static override enableJsonFlag = false;
  static override summary = 'print every operation: as JSON lines, commands to type, or CSV';
  static override description =
    'Of an RDB part, the commands are printed that would make its data. Every format keeps all bytes; `aof import` reads the first two.' +
    exitCodeHelp({ 0: 'all was printed', 1: 'all but an unfinished end', 2: 'damaged: printed up to there' });
  static override examples = [
    '<%= config.bin %> aof export data > data.ndjson',
    '<%= config.bin %> aof export data --commands --key "user:*" | redis-cli -p 7777',
    '<%= config.bin %> aof export data --csv --command del --since 2026-11-21T10:00:00Z',
  ];
  static override usage =
    'aof export PATH [--ndjson | --commands | --csv] [--key PATTERN] [--db N] [--command NAME] [--type TYPE] [--since TIME] [--until TIME]';
  static override args = { path: pathArgument };
  static override flags = {
    ndjson: Flags.boolean({
      description: 'one JSON object per operation (the default)',
      exclusive: ['commands', 'csv'],
    }),
    json: Flags.boolean({ description: 'the same as --ndjson', exclusive: ['commands', 'csv'] }),
    commands: Flags.boolean({
      description: 'one command per line, quoted as redis-cli quotes',
      exclusive: ['csv'],
    }),
    csv: Flags.boolean({ description: 'file, offset, db, time, command, key, arguments' }),
    ...filterFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AofExport);
    const keys = new RequestKeys();
    const format: ExportFormat = flags.commands ? 'commands' : flags.csv ? 'csv' : 'ndjson';
    const output = new LineOutput((bytes) => writeSync(1, bytes));
    if (format === 'csv') output.write(CSV_HEADER);
    const set = findAofSet(args.path);
    const result = await exportSet(
      set,
      format,
      filterOptions(flags, keys),
      (request) => keys.of(request),
      (line) => output.write(line),
      this.progressOf(set),
    );
    output.flush();
    this.tellEnd(result);
  }
}

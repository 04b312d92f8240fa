import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Args, Flags } from '@oclif/core';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { AofImporter, type ImportResult } from '../../persistence/toolkit/import.js';
import { AofCommand } from '../../toolkit/aof-command.js';

export default class AofImport extends AofCommand {
  static override summary = 'write an AOF from JSON lines or commands';
  static override description =
    "Reads what `aof export` printed, or commands as one types them into redis-cli, from a file or from stdin ('-'). The AOF appears under its name when it is complete.";
  static override examples = [
    '<%= config.bin %> aof import data.ndjson --output redis.aof',
    '<%= config.bin %> aof export data | grep user: | <%= config.bin %> aof import - -o users.aof',
  ];
  static override args = { input: Args.string({ required: true, description: "a file, or '-' for stdin" }) };
  static override flags = {
    output: Flags.string({ char: 'o', required: true, description: 'AOF to write' }),
    checksum: Flags.boolean({ default: true, allowNo: true, description: 'add checksum annotations' }),
  };

  async run(): Promise<ImportResult> {
    const { args, flags } = await this.parse(AofImport);
    // A file that cannot be opened fails before the output is touched.
    const input = args.input === '-' ? process.stdin : (await open(args.input)).createReadStream();
    const importer = new AofImporter(flags.output, { checksums: flags.checksum });
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) importer.add(line);
    } catch (error) {
      importer.abandon();
      throw error;
    }
    const result = importer.finish();
    this.log(`Wrote ${count(result.records, 'operation')}, ${bytes(result.bytes)}, to ${result.path}`);
    return result;
  }
}

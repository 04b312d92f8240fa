import { rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { bytes, count } from '../../persistence/toolkit/check-report.js';
import { AofImporter, type ImportOptions, type ImportResult } from '../../persistence/toolkit/import.js';
import { fileBytes, findAofSet } from '../../persistence/toolkit/aof-set.js';
import { inNewFile } from '../../persistence/toolkit/output-set.js';
import type { Request } from '../../protocol/request.js';
import { AofCommand, exitCodeHelp, UsageError } from '../../toolkit/aof-command.js';
import { RequestKeys } from '../../toolkit/request-keys.js';
import { dataRemarks, writeRdb } from '../../toolkit/state-files.js';
import { memoryFlag, OfflineData } from '../../toolkit/state-parts.js';
import { textLines } from '../../toolkit/text-lines.js';

const LINES_PER_LOOK = 4096;

export default class AofImport extends AofCommand {
  static override summary = 'write an AOF or an RDB file from JSON lines or commands';
  static override description =
    "Reads what `aof export` printed, or commands as one types them into redis-cli, from a file or from stdin ('-'). An output name that ends in .rdb, or --rdb, makes an RDB file: the commands are run, and the data they amount to is saved. The file appears under its name when it is complete." +
    exitCodeHelp({ 0: 'written', 2: 'a command cannot be run (for an RDB file): nothing was written' });
  static override examples = [
    '<%= config.bin %> aof import data.ndjson --output redis.aof',
    '<%= config.bin %> aof import data.ndjson --output dump.rdb',
    '<%= config.bin %> aof export data | grep user: | <%= config.bin %> aof import - -o users.aof',
  ];
  static override args = { input: Args.string({ required: true, description: "a file, or '-' for stdin" }) };
  static override flags = {
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      required: true,
      description: 'AOF or RDB file to write',
    }),
    rdb: Flags.boolean({ description: 'write an RDB file, whatever its name' }),
    checksum: Flags.boolean({ default: true, allowNo: true, description: 'add checksum annotations' }),
    memory: memoryFlag,
  };

  async run(): Promise<ImportResult> {
    const { args, flags } = await this.parse(AofImport);
    if (args.input !== '-' && statSync(args.input, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new UsageError(`${args.input} is a directory: name a file that \`aof export\` printed`);
    // A file that cannot be opened fails before the output is touched.
    const input = args.input === '-' ? process.stdin : (await open(args.input)).createReadStream();
    const rdb = flags.rdb || flags.output.endsWith('.rdb');
    const keys = new RequestKeys();
    const options = { checksums: flags.checksum, objection: (request: Request) => keys.objection(request) };
    const total = args.input === '-' ? 0 : fileBytes(args.input);
    const result = await inNewFile(flags.output, async () => {
      if (!rdb) return this.take(flags.output, options, input, total);
      // The commands go to a file beside it first: they are what the loader reads.
      const aof = `${flags.output}.import-${process.pid}.aof`;
      const imported = await this.take(aof, options, input, total);
      return { ...imported, path: flags.output, bytes: await this.save(aof, flags.output, flags.memory) };
    });
    this.log(`Wrote ${count(result.records, 'operation')}, ${bytes(result.bytes)}, to ${result.path}`);
    return result;
  }

  /** Writes the lines as an AOF. Of stdin it is not known how long it is. */
  private async take(
    path: string,
    options: ImportOptions,
    input: NodeJS.ReadableStream,
    total: number,
  ): Promise<ImportResult> {
    const importer = new AofImporter(path, options);
    const progress = this.progress(total, 'importing');
    let done = 0;
    let lines = 0;
    try {
      for await (const line of textLines(input)) {
        importer.add(line);
        done += line.length + 1;
        if (++lines % LINES_PER_LOOK === 0) await progress(done, total === 0 ? count(lines, 'line') : '');
      }
      return importer.finish();
    } catch (error) {
      importer.abandon();
      throw error;
    }
  }

  private async save(aof: string, output: string, memory: number): Promise<number> {
    try {
      const set = findAofSet(aof);
      const data = new OfflineData(set, memory, this.partsProgress());
      const written = await writeRdb(data, output, false);
      for (const remark of dataRemarks(data)) this.logToStderr(remark);
      return written;
    } finally {
      rmSync(aof);
    }
  }
}

import { Args } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { history, type HistoryEntry } from '../../persistence/toolkit/history.js';
import { AofCommand, ExitCode, pathArgument } from '../../toolkit/aof-command.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

export default class AofHistory extends AofCommand {
  static override summary = 'every command that touched a key, with its offset and time';
  static override description =
    'Tells who changed or deleted a key, and when (times need aof-timestamp-enabled). A line that begins with "RDB" stands for the value that was saved. An offset can be given to `aof restore`.';
  static override examples = [
    '<%= config.bin %> aof history data user:1000',
    '<%= config.bin %> aof history data user:1000 --json',
  ];
  static override args = {
    path: pathArgument,
    key: Args.string({ required: true, description: 'the key; \\xHH inside double quotes for any byte' }),
  };

  async run(): Promise<{ key: string; entries: HistoryEntry[]; complete: boolean }> {
    const { args } = await this.parse(AofHistory);
    const keys = new RequestKeys();
    const entries: HistoryEntry[] = [];
    const tell = (entry: HistoryEntry): void => {
      if (this.jsonEnabled()) entries.push(entry);
      else this.log(line(entry));
    };
    const key = Buffer.from(args.key).toString('latin1');
    const { damaged } = history(findAofSet(args.path), key, (request) => keys.of(request), tell);
    if (damaged !== null) {
      this.logToStderr(`${damaged.name} is damaged: what follows there could not be read (see 'aof check')`);
      process.exitCode = ExitCode.DAMAGED;
    }
    return { key: args.key, entries, complete: damaged === null };
  }
}

function line({ file, offset, db, time, command }: HistoryEntry): string {
  const when = time === null ? '' : `${new Date(time * 1000).toISOString().replace('.000Z', 'Z')}  `;
  return `${file}:${offset < 0 ? 'RDB' : offset}  db${db}  ${when}${command}`;
}

import { Args } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { history, type HistoryEntry } from '../../persistence/toolkit/history.js';
import { timeText } from '../../persistence/toolkit/describe-command.js';
import { type JsonArgument, jsonOfLatin1 } from '../../persistence/toolkit/json-argument.js';
import { splitInline } from '../../protocol/inline.js';
import { AofCommand, exitCodeHelp, pathArgument } from '../../toolkit/aof-command.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

export default class AofHistory extends AofCommand {
  static override summary = 'every command that touched a key, with its offset and time';
  static override description =
    'Tells who changed or deleted a key, and when (times need aof-timestamp-enabled). A line that begins with "RDB" stands for the value that was saved. An offset can be given to `aof restore`.' +
    exitCodeHelp({ 0: 'all was read', 1: 'all but an unfinished end', 2: 'damaged: told up to there' });
  static override examples = [
    '<%= config.bin %> aof history data user:1000',
    '<%= config.bin %> aof history data user:1000 --json',
  ];
  static override args = {
    path: pathArgument,
    key: Args.string({ required: true, description: 'the key; \\xHH inside double quotes for any byte' }),
  };

  async run(): Promise<{ key: JsonArgument; entries: HistoryEntry[]; complete: boolean }> {
    const { args } = await this.parse(AofHistory);
    const keys = new RequestKeys();
    const entries: HistoryEntry[] = [];
    const tell = (entry: HistoryEntry): void => {
      if (this.jsonEnabled()) entries.push(entry);
      else this.log(line(entry));
    };
    const key = parseKey(args.key);
    const set = findAofSet(args.path);
    const result = await history(set, key, (request) => keys.of(request), tell, this.progressOf(set));
    this.tellEnd(result);
    return { key: jsonOfLatin1(key), entries, complete: result.damaged === null };
  }
}

/** One character per byte. In double quotes, as redis-cli shows it, a key may hold any byte. */
function parseKey(text: string): string {
  const latin1 = Buffer.from(text).toString('latin1');
  const words = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? splitInline(latin1) : null;
  return words?.length === 1 ? words[0]! : latin1;
}

function line({ file, offset, db, time, command }: HistoryEntry): string {
  const when = time === null ? '' : `${timeText(time)}  `;
  return `${file}:${offset < 0 ? 'RDB' : offset}  db${db}  ${when}${command}`;
}

import { setTimeout as delay } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { describeCommand, timeText } from '../../persistence/toolkit/describe-command.js';
import { operationFilter } from '../../persistence/toolkit/operation-filter.js';
import type { Operation } from '../../persistence/toolkit/operations.js';
import { AofCommand, ExitCode, pathArgument } from '../../toolkit/aof-command.js';
import { filterFlags, filterOptions } from '../../toolkit/filter-flags.js';
import { FollowedFile } from '../../toolkit/followed-file.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

const POLL_MS = 200;

export default class AofTail extends AofCommand {
  static override enableJsonFlag = false;
  static override summary = 'show the last commands of an AOF, and follow it while it grows';
  static override description =
    'Reads the newest file of the set; of one with an RDB part, what stands behind it. With --follow it goes on as the server writes, also into the next file after a rewrite.';
  static override examples = [
    '<%= config.bin %> aof tail data',
    '<%= config.bin %> aof tail data --follow --key "user:*"',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'wait for more' }),
    lines: Flags.integer({ char: 'n', default: 10, min: 0, description: 'commands shown at first' }),
    ...filterFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AofTail);
    const keys = new RequestKeys();
    const wanted = operationFilter(filterOptions(flags, keys), (request) => keys.of(request));
    const shown = new ShownLines(flags.lines);
    const describe = (operation: Operation): string[] => {
      return operation.request.is(0, 'select') || !wanted(operation) ? [] : [line(operation)];
    };
    const tell = (lines: readonly string[]): void => shown.push(lines);
    let file = new FollowedFile(findAofSet(args.path).files.at(-1)!);
    for (;;) {
      file.readOn(describe, tell);
      for (const text of shown.take()) this.log(text);
      shown.limit = Infinity;
      if (!flags.follow) break;
      await delay(POLL_MS);
      for (const next of file.successors(args.path)) {
        const opened = FollowedFile.openIfThere(next);
        if (opened === null) continue;
        // The server writes no more to the file before: what is left of it comes first.
        file.readOn(describe, tell);
        file.close();
        file = opened;
      }
    }
    file.close();
    process.exitCode = ExitCode.SOUND;
  }
}

/** Keeps the last lines, at first; all of them later. */
class ShownLines {
  private lines: string[] = [];

  constructor(public limit: number) {}

  push(lines: readonly string[]): void {
    this.lines.push(...lines);
    if (this.lines.length > 2 * this.limit + 1000) this.lines = this.take();
  }

  /** The last `limit` lines; then there are none. */
  take(): string[] {
    const { lines, limit } = this;
    this.lines = [];
    return limit === Infinity ? lines : lines.slice(Math.max(0, lines.length - limit));
  }
}

function line({ start, db, timeSeconds, request }: Operation): string {
  const when = timeSeconds === 0 ? '' : `${timeText(timeSeconds)}  `;
  return `${start}  db${db}  ${when}${describeCommand(request)}`;
}

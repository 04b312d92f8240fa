import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { type AofSetFile, fileBytes, findAofSet } from '../../persistence/toolkit/aof-set.js';
import { missingFile } from '../../persistence/toolkit/aof-walk.js';
import { describeCommand, timeText } from '../../persistence/toolkit/describe-command.js';
import { operationFilter } from '../../persistence/toolkit/operation-filter.js';
import type { Operation } from '../../persistence/toolkit/operations.js';
import { AofCommand, exitCodeHelp, ExitCode, pathArgument } from '../../toolkit/aof-command.js';
import { filterFlags, filterOptions } from '../../toolkit/filter-flags.js';
import { FollowedFile } from '../../toolkit/followed-file.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

const POLL_MS = 200;

export default class AofTail extends AofCommand {
  static override enableJsonFlag = false;
  static override summary = 'show the last commands of an AOF, and follow it while it grows';
  static override description =
    'Reads the newest file of the set; of one with an RDB part, what stands behind it. With --follow it goes on as the server writes, also into the next file after a rewrite.' +
    exitCodeHelp({ 0: 'shown', 2: 'damaged: shown up to there' });
  static override examples = [
    '<%= config.bin %> aof tail data',
    '<%= config.bin %> aof tail data --follow --key "user:*"',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'wait for more' }),
    lines: Flags.integer({
      char: 'n',
      helpValue: 'N',
      default: 10,
      min: 0,
      max: 1_000_000,
      description: 'commands shown at first',
    }),
    ...filterFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AofTail);
    const keys = new RequestKeys();
    const wanted = operationFilter(filterOptions(flags, keys), (request) => keys.of(request));
    const chosen = (operation: Operation): boolean => {
      return !operation.request.is(0, 'select') && wanted(operation);
    };
    const newest = findAofSet(args.path).files.at(-1)!;
    if (!existsSync(newest.path)) throw missingFile(newest.path);
    const bar = this.newBar(fileBytes(newest.path));
    let from = firstShown(newest, flags.lines, (operation) => {
      bar.show(operation.start, `reading ${newest.name}`);
      return chosen(operation);
    });
    bar.clear();
    const describe = (operation: Operation): string[] => {
      return operation.start >= from && chosen(operation) ? [line(operation)] : [];
    };
    const tell = (lines: readonly string[]): void => {
      for (const text of lines) this.log(text);
    };
    let file = new FollowedFile(newest);
    let told: FollowedFile | null = null;
    for (;;) {
      file.readOn(describe, tell);
      from = 0;
      if (file.damage !== null && told !== file) this.tellDamage((told = file).name, file.damage);
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
    process.exitCode = told === null ? ExitCode.SOUND : ExitCode.DAMAGED;
  }

  private tellDamage(name: string, { offset, reason }: { offset: number; reason: string }): void {
    this.logToStderr(
      `${name} is damaged at offset ${offset}: ${reason}. What follows cannot be shown (see 'aof check'; 'aof repair --salvage' reads past it)`,
    );
  }
}

/**
 * Offset of the last but `count` operation that is chosen. The file is read twice, because to describe ten million
 * operations of which ten are shown takes ten times as long.
 */
function firstShown(newest: AofSetFile, count: number, chosen: (operation: Operation) => boolean): number {
  if (count === 0) return Infinity;
  const starts = new Float64Array(count);
  let seen = 0;
  const file = new FollowedFile(newest);
  const note = (operation: Operation): string[] => {
    if (chosen(operation)) starts[seen++ % count] = operation.start;
    return [];
  };
  file.readOn(note, () => undefined);
  file.close();
  return seen < count ? 0 : starts[seen % count]!;
}

function line({ start, db, timeSeconds, request }: Operation): string {
  const when = timeSeconds === 0 ? '' : `${timeText(timeSeconds)}  `;
  return `${start}  db${db}  ${when}${describeCommand(request)}`;
}

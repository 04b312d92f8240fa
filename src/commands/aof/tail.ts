import { closeSync, existsSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { AofItem } from '../../persistence/aof/aof-format.js';
import { AofReader } from '../../persistence/aof/aof-reader.js';
import { fileSize, readerOf } from '../../persistence/file-bytes.js';
import { type AofSetFile, findAofSet } from '../../persistence/toolkit/aof-set.js';
import { describeCommand } from '../../persistence/toolkit/describe-command.js';
import { operationFilter } from '../../persistence/toolkit/operation-filter.js';
import type { Operation } from '../../persistence/toolkit/operations.js';
import { AofCommand, ExitCode, pathArgument } from '../../toolkit/aof-command.js';
import { filterFlags, filterOptions } from '../../toolkit/filter-flags.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

const POLL_MS = 200;

export default class AofTail extends AofCommand {
  static override enableJsonFlag = false;
  static override summary = 'show the last commands of an AOF, and follow it while it grows';
  static override description =
    'Reads the newest file of the set. With --follow it goes on as the server writes, also into the next file after a rewrite.';
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
    const wanted = operationFilter(filterOptions(flags), (request) => keys.of(request));
    const shown: string[] = [];
    let file = findAofSet(args.path).files.at(-1)!;
    let place = { offset: 0, db: 0, timeSeconds: 0 };
    const describe = (operation: Operation): string[] => {
      return operation.request.is(0, 'select') || !wanted(operation) ? [] : [line(operation)];
    };
    for (let first = true; ; first = false) {
      place = readOn(file, place, describe, shown);
      for (const text of first ? shown.slice(Math.max(0, shown.length - flags.lines)) : shown) this.log(text);
      shown.length = 0;
      if (!flags.follow) break;
      await delay(POLL_MS);
      // The manifest is replaced by a rewrite while we read; then another file is the newest.
      const newest = existsSync(file.path) ? findAofSet(args.path).files.at(-1)! : null;
      if (newest !== null && newest.path !== file.path) {
        readOn(file, place, describe, shown);
        file = newest;
        place = { offset: 0, db: 0, timeSeconds: 0 };
      }
    }
    process.exitCode = ExitCode.SOUND;
  }
}

interface Place {
  offset: number;
  db: number;
  timeSeconds: number;
}

/** Describes what is complete behind `place`; where to go on. What is still being written waits. */
function readOn(
  file: AofSetFile,
  place: Place,
  describe: (operation: Operation) => string[],
  lines: string[],
): Place {
  const fd = openSync(file.path, 'r');
  try {
    const options = { checksums: false, argumentBytesMax: 4096 };
    const reader = new AofReader(readerOf(fd), fileSize(fd), place.offset, options);
    const next = { ...place };
    let waiting: string[] = [];
    for (let item = reader.next(); item !== AofItem.END && item !== AofItem.DAMAGE; item = reader.next()) {
      const time = item === AofItem.ANNOTATION ? /^#TS:(\d+)\r\n$/.exec(reader.annotation) : null;
      if (time !== null) next.timeSeconds = Number(time[1]);
      if (item === AofItem.RECORD) {
        const { request, start, end } = reader;
        if (request.is(0, 'select')) next.db = Number(request.string(1));
        waiting.push(...describe({ file, start, end, db: next.db, timeSeconds: next.timeSeconds, request }));
      }
      if (reader.inTransaction) continue;
      lines.push(...waiting);
      waiting = [];
      next.offset = reader.soundTo;
    }
    return next;
  } finally {
    closeSync(fd);
  }
}

function line({ start, db, timeSeconds, request }: Operation): string {
  const when =
    timeSeconds === 0 ? '' : `${new Date(timeSeconds * 1000).toISOString().replace('.000Z', 'Z')}  `;
  return `${start}  db${db}  ${when}${describeCommand(request)}`;
}

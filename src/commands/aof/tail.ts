import { closeSync, existsSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { AofItem, timeOfAnnotation } from '../../persistence/aof/aof-format.js';
import { AofReader } from '../../persistence/aof/aof-reader.js';
import { fileSize, type ReadBytes, readerOf } from '../../persistence/file-bytes.js';
import { RdbError } from '../../persistence/rdb/rdb-format.js';
import { RdbReader } from '../../persistence/rdb/rdb-reader.js';
import { AofPathError, type AofSetFile, findAofSet } from '../../persistence/toolkit/aof-set.js';
import { startsWithSnapshot } from '../../persistence/toolkit/aof-walk.js';
import { describeCommand } from '../../persistence/toolkit/describe-command.js';
import { NULL_VISITOR } from '../../persistence/toolkit/null-visitor.js';
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
    const wanted = operationFilter(filterOptions(flags, keys), (request) => keys.of(request));
    const shown = new ShownLines(flags.lines);
    let file = findAofSet(args.path).files.at(-1)!;
    let place = { offset: 0, db: 0, timeSeconds: 0 };
    const describe = (operation: Operation): string[] => {
      return operation.request.is(0, 'select') || !wanted(operation) ? [] : [line(operation)];
    };
    for (;;) {
      if (existsSync(file.path)) place = readOn(file, place, describe, shown);
      for (const text of shown.take()) this.log(text);
      shown.limit = Infinity;
      if (!flags.follow) break;
      await delay(POLL_MS);
      // A rewrite replaces the manifest while we read: what is left of this file comes first, then those behind it.
      for (const next of filesBehind(args.path, file)) {
        if (existsSync(file.path)) readOn(file, place, describe, shown);
        file = next;
        place = { offset: 0, db: 0, timeSeconds: 0 };
        if (existsSync(file.path)) place = readOn(file, place, describe, shown);
      }
    }
    process.exitCode = ExitCode.SOUND;
  }
}

/** The increments that came after `file`; none while the set is being replaced. */
function filesBehind(path: string, file: AofSetFile): AofSetFile[] {
  try {
    const { files } = findAofSet(path);
    const newest = files.at(-1)!;
    if (newest.path === file.path) return [];
    const known = files.findIndex((one) => one.path === file.path);
    return known < 0 ? files.filter(({ role }) => role === 'increment') : files.slice(known + 1);
  } catch (error) {
    if (error instanceof AofPathError || (error instanceof Error && 'code' in error)) return [];
    throw error;
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
  lines: ShownLines,
): Place {
  const fd = openSync(file.path, 'r');
  try {
    const options = { checksums: false, argumentBytesMax: 4096 };
    const size = fileSize(fd);
    // A file that became shorter was begun anew.
    const next = size < place.offset ? { offset: 0, db: 0, timeSeconds: 0 } : { ...place };
    if (next.offset === 0) next.offset = snapshotEnd(readerOf(fd), size);
    if (next.offset < 0) return place;
    const reader = new AofReader(readerOf(fd), size, next.offset, options);
    let waiting: string[] = [];
    for (let item = reader.next(); item !== AofItem.END && item !== AofItem.DAMAGE; item = reader.next()) {
      if (item === AofItem.ANNOTATION)
        next.timeSeconds = timeOfAnnotation(reader.annotation) ?? next.timeSeconds;
      if (item === AofItem.RECORD) {
        const { request, start, end } = reader;
        if (request.is(0, 'select')) next.db = Number(request.string(1));
        waiting.push(...describe({ file, start, end, db: next.db, timeSeconds: next.timeSeconds, request }));
      }
      if (reader.inTransaction) continue;
      lines.push(waiting);
      waiting = [];
      next.offset = reader.soundTo;
    }
    return next;
  } finally {
    closeSync(fd);
  }
}

/** Where the RDB part ends, 0 without one, or -1 while it is incomplete. */
function snapshotEnd(read: ReadBytes, size: number): number {
  if (size === 0 || !startsWithSnapshot(read)) return 0;
  const reader = RdbReader.ofFile(read, size, NULL_VISITOR, { checksum: false });
  try {
    reader.read();
    return reader.offset;
  } catch (error) {
    if (error instanceof RdbError) return -1;
    throw error;
  }
}

function line({ start, db, timeSeconds, request }: Operation): string {
  const when =
    timeSeconds === 0 ? '' : `${new Date(timeSeconds * 1000).toISOString().replace('.000Z', 'Z')}  `;
  return `${start}  db${db}  ${when}${describeCommand(request)}`;
}

import type { AofSet } from '../persistence/toolkit/aof-set.js';
import type { StreamPlace } from '../persistence/toolkit/operation-stream.js';
import { UsageError } from './aof-command.js';

/** Where a replay begins or ended: in an RDB part behind so many of its commands, else at an offset of a file. */
export type ReplayPlace = StreamPlace;

/** Negative when `a` comes before `b`. An offset comes after the whole RDB part of its file. */
export function comparePlaces(a: ReplayPlace, b: ReplayPlace): number {
  if (a.file !== b.file) return a.file - b.file;
  if (a.offset === null && b.offset === null) return a.snapshotCommands - b.snapshotCommands;
  return (a.offset ?? -1) - (b.offset ?? -1);
}

/** As `--from` takes it: `FILE:OFFSET`, or `FILE:rdb+COUNT` inside an RDB part. */
export function formatPlace(set: AofSet, { file, snapshotCommands, offset }: ReplayPlace): string {
  return `${set.files[file]!.name}:${offset ?? `rdb+${snapshotCommands}`}`;
}

/** Where an operation stands, for a message. */
export function placeText({ start }: { start: number }, { snapshotCommands }: ReplayPlace): string {
  return start < 0 ? `rdb+${snapshotCommands}` : String(start);
}

/** Throws a `UsageError`. A lone offset is one of the newest file. */
export function parsePlace(set: AofSet, text: string): ReplayPlace {
  const match = /^(?:(.+):)?(?:(\d+)|rdb\+(\d+))$/.exec(text);
  if (match === null) throw new UsageError(`--from ${text}: expected OFFSET, FILE:OFFSET or FILE:rdb+COUNT`);
  const [, name, offset, commands] = match;
  const file = name === undefined ? set.files.length - 1 : set.files.findIndex((one) => one.name === name);
  if (file < 0) {
    const names = set.files.map((one) => one.name).join(', ');
    throw new UsageError(`--from ${text}: there is no file ${name} in this AOF, only ${names}`);
  }
  if (commands !== undefined) return { file, snapshotCommands: Number(commands), offset: null };
  return { file, snapshotCommands: 0, offset: Number(offset) };
}

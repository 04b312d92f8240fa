import type { AofSet } from './aof-set.js';
import { describeCommand } from './describe-command.js';
import type { KeysOf } from './operation-filter.js';
import { type OperationsResult, walkOperations } from './operations.js';
import { NO_PROGRESS } from './progress.js';

/** A command that touched the key: the frozen schema of a line of `aof history --json`. */
export interface HistoryEntry {
  file: string;
  /** -1 for what stands in an RDB part: the value as it was saved. */
  offset: number;
  db: number;
  /** Unix time in seconds, or null where the file has no timestamps. */
  time: number | null;
  /** The command with its arguments, long ones shortened. */
  command: string;
}

/** Tells every command that touched `key` (one character per byte), those that emptied its database included. */
export function history(
  set: AofSet,
  key: string,
  keysOf: KeysOf,
  tell: (entry: HistoryEntry) => void,
  progress = NO_PROGRESS,
): Promise<OperationsResult> {
  const wanted = Buffer.from(key, 'latin1');
  return walkOperations(
    set,
    ({ request, file, start, db, timeSeconds }) => {
      const { buffer } = request;
      const touched = keysOf(request).some((index) => {
        const offset = request.offset(index);
        return (
          request.length(index) === wanted.length &&
          wanted.compare(buffer, offset, offset + wanted.length) === 0
        );
      });
      if (touched || request.is(0, 'flushall') || request.is(0, 'flushdb') || request.is(0, 'swapdb')) {
        const time = timeSeconds === 0 ? null : timeSeconds;
        tell({ file: file.name, offset: start, db, time, command: describeCommand(request) });
      }
      return true;
    },
    // Keys are at most so long here that no key anybody looks for is cut.
    { argumentBytesMax: Math.max(64 * 1024, wanted.length + 1), progress },
  );
}

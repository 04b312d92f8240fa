import { Request } from '../../protocol/request.js';
import { timeOfAnnotation } from '../aof/aof-format.js';
import type { AofReader } from '../aof/aof-reader.js';
import { RdbCommands } from '../rdb-commands.js';
import type { AofSet, AofSetFile } from './aof-set.js';
import { type FileOptions, type FileSummary, isUnfinishedEnd, walkFile } from './aof-walk.js';
import { NO_PROGRESS, type Progress } from './progress.js';

/** One command of a set, in the order in which a server would run them. One object is used again for all. */
export interface Operation {
  file: AofSetFile;
  /** Offsets in the file; -1 for what stands in an RDB part, where `request` is a command that would make it. */
  start: number;
  end: number;
  db: number;
  /** Unix time in seconds of the last `#TS:` annotation before it, or 0. */
  timeSeconds: number;
  request: Request;
}

export interface OperationsResult {
  summaries: FileSummary[];
  /** The first file with damage, at which the walk ended, or null. */
  damaged: AofSetFile | null;
  /** That damage is but an unfinished end, as after a crash: nothing follows it. */
  unfinished: boolean;
}

/**
 * Tells every command of the set up to the first damage; SELECT too. `visit` returns false to end the walk. The request
 * is valid during the call only.
 */
export async function walkOperations(
  set: AofSet,
  visit: (operation: Operation) => boolean,
  options: FileOptions & { progress?: Progress } = {},
): Promise<OperationsResult> {
  const summaries: FileSummary[] = [];
  for (const file of set.files) {
    const walk = new FileWalk(file, visit);
    const handlers = {
      ...walk.handlers,
      progress: (offset: number): Promise<void> => (options.progress ?? NO_PROGRESS)(file, offset),
    };
    try {
      summaries.push(await walkFile(file.path, handlers, options));
    } catch (error) {
      if (error instanceof WalkEnded) return { summaries, damaged: null, unfinished: false };
      throw error;
    }
    const { damage } = summaries.at(-1)!;
    if (damage === null) continue;
    return { summaries, damaged: file, unfinished: file === set.files.at(-1) && isUnfinishedEnd(damage) };
  }
  return { summaries, damaged: null, unfinished: false };
}

const NO_REQUEST = new Request();

/** Thrown through the reader by a visitor that has seen enough. */
class WalkEnded extends Error {}

/** Keeps the selected database and the time while one file is read: each file begins anew, as for a server. */
class FileWalk {
  private readonly operation: Operation;

  constructor(
    file: AofSetFile,
    private readonly visit: (operation: Operation) => boolean,
  ) {
    this.operation = { file, start: -1, end: -1, db: 0, timeSeconds: 0, request: NO_REQUEST };
  }

  readonly handlers = {
    snapshot: new RdbCommands((request) => this.tell(request, -1, -1)),
    record: (reader: AofReader): void => this.tell(reader.request, reader.start, reader.end),
    annotation: (reader: AofReader): void => {
      const time = timeOfAnnotation(reader.annotation);
      if (time !== null) this.operation.timeSeconds = time;
    },
  };

  private tell(request: Request, start: number, end: number): void {
    const { operation } = this;
    if (request.length(0) === 6 && request.is(0, 'select')) operation.db = Number(request.string(1));
    operation.request = request;
    operation.start = start;
    operation.end = end;
    if (!this.visit(operation)) throw new WalkEnded();
  }
}

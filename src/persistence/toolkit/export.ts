import type { Request } from '../../protocol/request.js';
import type { AofSet } from './aof-set.js';
import { quoteArgument } from './describe-command.js';
import { type JsonArgument, jsonArgument } from './json-argument.js';
import { type FilterOptions, type KeysOf, operationFilter } from './operation-filter.js';
import { type Operation, type OperationsResult, walkOperations } from './operations.js';
import { NO_PROGRESS } from './progress.js';

export type ExportFormat = 'ndjson' | 'commands' | 'csv';

/** A line of `aof export --ndjson`, and of what `aof import` reads: the frozen schema. */
export interface JsonOperation {
  db: number;
  time?: number;
  file?: string;
  offset?: number;
  command: JsonArgument;
  args: JsonArgument[];
}

export const CSV_HEADER = 'file,offset,db,time,command,key,arguments';

/** Tells one line per operation; SELECT is not one, since each line has its database. */
export function exportSet(
  set: AofSet,
  format: ExportFormat,
  filter: FilterOptions,
  keysOf: KeysOf,
  tell: (line: string) => boolean,
  progress = NO_PROGRESS,
): Promise<OperationsResult> {
  const wanted = operationFilter(filter, keysOf);
  let db = 0;
  return walkOperations(set, (operation) => {
    const { request } = operation;
    if (request.is(0, 'select') || !wanted(operation)) return true;
    if (format === 'ndjson') return tell(jsonLine(operation));
    if (format === 'csv') return tell(csvLine(operation, keysOf));
    if (operation.db !== db) tell(`SELECT ${operation.db}`);
    ({ db } = operation);
    return tell(request.strings().map(quoteArgument).join(' '));
  });
}

function jsonLine({ db, timeSeconds, file, start, request }: Operation): string {
  const args: JsonArgument[] = [];
  for (let i = 1; i < request.count; i++) args.push(argumentAt(request, i));
  const operation: JsonOperation = {
    db,
    ...(timeSeconds !== 0 && { time: timeSeconds }),
    file: file.name,
    ...(start >= 0 && { offset: start }),
    command: argumentAt(request, 0),
    args,
  };
  // Readers of lines may take these two characters for the end of one.
  return JSON.stringify(operation).replace(/[\u2028\u2029]/g, (char) =>
    char === '\u2028' ? '\\u2028' : '\\u2029',
  );
}

function argumentAt(request: Request, index: number): JsonArgument {
  const start = request.offset(index);
  return jsonArgument(request.buffer.subarray(start, start + request.length(index)));
}

function csvLine({ db, timeSeconds, file, start, request }: Operation, keysOf: KeysOf): string {
  const key = keysOf(request)[0];
  const fields = [
    file.name,
    start < 0 ? '' : String(start),
    String(db),
    timeSeconds === 0 ? '' : String(timeSeconds),
    request.string(0).toUpperCase(),
    key === undefined ? '' : quoteArgument(request.string(key)),
    request.strings(1).map(quoteArgument).join(' '),
  ];
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

import type { Request } from '../../protocol/request.js';
import type { AofSet } from './aof-set.js';
import { quoteArgument } from './describe-command.js';
import { jsonArgument } from './json-argument.js';
import { type FilterOptions, type KeysOf, operationFilter } from './operation-filter.js';
import { type Operation, type OperationsResult, walkOperations } from './operations.js';
import { NO_PROGRESS } from './progress.js';

export type ExportFormat = 'ndjson' | 'commands' | 'csv';

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
  const visit = (operation: Operation): boolean => {
    const { request } = operation;
    if (request.is(0, 'select') || !wanted(operation)) return true;
    if (format === 'ndjson') return tell(jsonLine(operation));
    if (format === 'csv') return tell(csvLine(operation, keysOf));
    if (operation.db !== db) tell(`SELECT ${operation.db}`);
    ({ db } = operation);
    return tell(request.strings().map(quoteArgument).join(' '));
  };
  return walkOperations(set, visit, { progress });
}

/** Put together by hand: `JSON.stringify` of an object per line took 20 of the 30 s for 10M records. */
function jsonLine({ db, timeSeconds, file, start, request }: Operation): string {
  const time = timeSeconds === 0 ? '' : `,"time":${timeSeconds}`;
  const offset = start < 0 ? '' : `,"offset":${start}`;
  let args = '';
  for (let i = 1; i < request.count; i++) args += (i === 1 ? '' : ',') + jsonText(request, i);
  return `{"db":${db}${time},"file":${JSON.stringify(file.name)}${offset},"command":${jsonText(request, 0)},"args":[${args}]}`;
}

/** An argument as JSON. */
function jsonText(request: Request, index: number): string {
  const start = request.offset(index);
  const end = start + request.length(index);
  const { buffer } = request;
  for (let at = start; at < end; at++) {
    const byte = buffer[at]!;
    if (byte < 32 || byte > 126 || byte === 34 || byte === 92) {
      // Readers of lines may take these two characters for the end of one.
      return JSON.stringify(jsonArgument(buffer.subarray(start, end))).replace(/[\u2028\u2029]/g, (char) =>
        char === '\u2028' ? '\\u2028' : '\\u2029',
      );
    }
  }
  return `"${buffer.toString('latin1', start, end)}"`;
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

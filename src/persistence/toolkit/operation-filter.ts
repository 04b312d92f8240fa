import { globMatches } from '../../bytes/glob.js';
import type { Request } from '../../protocol/request.js';
import type { Operation } from './operations.js';

/** Which argument indexes of a request are keys. */
export type KeysOf = (request: Request) => readonly number[];

/** Which operations are wanted; what is left out lets everything through. */
export interface FilterOptions {
  /** Glob that one of the keys must match. */
  key?: string | undefined;
  db?: number | undefined;
  /** Name of the command, in any case. */
  command?: string | undefined;
  /** True for a command that fits the wanted type of value. */
  fitsType?: ((request: Request) => boolean) | undefined;
  /** Unix times in seconds, both included. Operations without a time pass neither. */
  sinceSeconds?: number | undefined;
  untilSeconds?: number | undefined;
}

/** True for an operation that is wanted. Commands without keys (FLUSHALL) pass every key filter: they touch all. */
export function operationFilter(options: FilterOptions, keysOf: KeysOf): (operation: Operation) => boolean {
  const { key, db, sinceSeconds, untilSeconds } = options;
  const command = options.command?.toLowerCase();
  return (operation) => {
    const { request, timeSeconds } = operation;
    if (db !== undefined && operation.db !== db) return false;
    if (command !== undefined && !request.is(0, command)) return false;
    if (options.fitsType !== undefined && !options.fitsType(request)) return false;
    if (sinceSeconds !== undefined && (timeSeconds === 0 || timeSeconds < sinceSeconds)) return false;
    if (untilSeconds !== undefined && (timeSeconds === 0 || timeSeconds > untilSeconds)) return false;
    if (key === undefined) return true;
    const keys = keysOf(request);
    if (keys.length === 0)
      return request.is(0, 'flushall') || request.is(0, 'flushdb') || request.is(0, 'swapdb');
    return keys.some((index) => globMatches(key, request.string(index)));
  };
}

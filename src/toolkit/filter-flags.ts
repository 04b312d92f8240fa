import { Flags } from '@oclif/core';
import type { FilterOptions } from '../persistence/toolkit/operation-filter.js';
import { type RequestKeys, VALUE_TYPES, type ValueType } from './request-keys.js';
import { parseTime } from './restore-point.js';

/** Flags that choose operations. */
export const filterFlags = {
  key: Flags.string({
    helpValue: 'PATTERN',
    description: 'only operations on keys that match this pattern (* ? [a-z])',
  }),
  db: Flags.integer({ helpValue: 'N', description: 'only operations on this database' }),
  command: Flags.string({ helpValue: 'NAME', description: 'only this command' }),
  type: Flags.option({ options: VALUE_TYPES })({
    description: 'only commands on values of this type, and those that fit any type (DEL, EXPIRE, FLUSHALL)',
  }),
  since: Flags.string({
    helpValue: 'TIME',
    description: 'only from this time on, such as 2026-11-21T10:00:00Z (needs aof-timestamp-enabled)',
  }),
  until: Flags.string({ helpValue: 'TIME', description: 'only up to this time' }),
};

interface FilterFlags {
  key: string | undefined;
  db: number | undefined;
  command: string | undefined;
  type: ValueType | undefined;
  since: string | undefined;
  until: string | undefined;
}

export function filterOptions(flags: FilterFlags, keys: RequestKeys): FilterOptions {
  const { key, db, command, type, since, until } = flags;
  return {
    key: key === undefined ? undefined : Buffer.from(key).toString('latin1'),
    db,
    command,
    fitsType: type === undefined ? undefined : (request) => keys.fitsType(request, type),
    sinceSeconds: since === undefined ? undefined : parseTime(since, '--since'),
    untilSeconds: until === undefined ? undefined : parseTime(until, '--until'),
  };
}

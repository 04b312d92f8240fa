import { Flags } from '@oclif/core';
import type { FilterOptions } from '../persistence/toolkit/operation-filter.js';
import { parseTime } from './restore-point.js';

/** Flags that choose operations. */
export const filterFlags = {
  key: Flags.string({ description: 'only operations on keys that match this pattern (* ? [a-z])' }),
  db: Flags.integer({ description: 'only operations on this database' }),
  command: Flags.string({ description: 'only this command' }),
  since: Flags.string({ description: 'only from this time on (needs aof-timestamp-enabled)' }),
  until: Flags.string({ description: 'only up to this time' }),
};

export function filterOptions(flags: {
  key: string | undefined;
  db: number | undefined;
  command: string | undefined;
  since: string | undefined;
  until: string | undefined;
}): FilterOptions {
  const { key, db, command, since, until } = flags;
  return {
    key: key === undefined ? undefined : Buffer.from(key).toString('latin1'),
    db,
    command,
    sinceSeconds: since === undefined ? undefined : parseTime(since, '--since'),
    untilSeconds: until === undefined ? undefined : parseTime(until, '--until'),
  };
}

import type { RestorePoint } from '../persistence/toolkit/restore.js';
import { splitInline } from '../protocol/inline.js';
import { UsageError } from './aof-command.js';

/** Numbers from here on are seconds since 1970 (September 2001); smaller ones are offsets. */
const SECONDS_MIN = 1_000_000_000;

/** What `--to` means. Throws a `UsageError` for anything else. */
export function parseRestorePoint(text: string): RestorePoint {
  if (text.startsWith('before:')) {
    const words = splitInline(text.slice('before:'.length));
    if (words === null || words.length === 0)
      throw new UsageError(`--to ${text}: a command must follow 'before:'`);
    return { kind: 'before', words };
  }
  const place = /^(?:(.+):)?(\d+)$/.exec(text);
  if (place !== null && (place[1] !== undefined || Number(text) < SECONDS_MIN) && !/T\d/.test(text)) {
    return { kind: 'offset', file: place[1] ?? null, offset: Number(place[2]) };
  }
  return { kind: 'time', seconds: parseTime(text, '--to') };
}

/** A time as seconds since 1970, from that or an ISO date. */
export function parseTime(text: string, flag: string): number {
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(milliseconds)) {
    throw new UsageError(
      `${flag} ${text}: expected a time such as 2026-11-21T10:00:00Z, or seconds since 1970`,
    );
  }
  return Math.floor(milliseconds / 1000);
}

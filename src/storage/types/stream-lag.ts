import { ENTRIES_READ_UNKNOWN, type StreamGroup } from './stream-groups.js';
import { StreamId } from './stream-id.js';
import type { Stream } from './stream.js';

/*
 * How many entries a group has read of all that were ever added, and how many it has yet to read (its lag). Entries
 * deleted within a stream are not counted anywhere, so that both may be unknown.
 */

const first = new StreamId();
const last = new StreamId();
const maxDeleted = new StreamId();
const read = new StreamId();

/** True when an entry at `from` or behind may have been deleted. */
function hasDeletedFrom(stream: Stream, from: StreamId): boolean {
  if (stream.length === 0 || stream.readMaxDeletedId(maxDeleted).isZero) return false;
  if (stream.readFirstId(first).compare(maxDeleted) > 0) return false;
  return from.compare(maxDeleted) <= 0;
}

/** How many entries were ever added up to `id`, or ENTRIES_READ_UNKNOWN. */
export function entriesUpTo(stream: Stream, id: StreamId): number {
  const added = stream.entriesAdded;
  if (added === 0) return 0;
  const beyond = id.compare(stream.readLastId(last));
  if (stream.length === 0 && beyond <= 0) return added;
  if (beyond === 0) return added;
  if (beyond > 0) return ENTRIES_READ_UNKNOWN;
  stream.readFirstId(first);
  stream.readMaxDeletedId(maxDeleted);
  if (maxDeleted.isZero || maxDeleted.compare(first) < 0) {
    const order = id.compare(first);
    if (order < 0) return added - stream.length;
    if (order === 0) return added - stream.length + 1;
  }
  return ENTRIES_READ_UNKNOWN;
}

/** Entries a group has not read yet, or null when that is not known. */
export function lagOf(stream: Stream, group: StreamGroup): number | null {
  if (stream.entriesAdded === 0) return 0;
  group.readLastId(read);
  if (group.entriesRead !== ENTRIES_READ_UNKNOWN && !hasDeletedFrom(stream, read)) {
    return stream.entriesAdded - group.entriesRead;
  }
  const entries = entriesUpTo(stream, read);
  return entries === ENTRIES_READ_UNKNOWN ? null : stream.entriesAdded - entries;
}

/** The group has read on to `id`. */
export function advance(stream: Stream, group: StreamGroup, id: StreamId): void {
  if (group.entriesRead !== ENTRIES_READ_UNKNOWN && !hasDeletedFrom(stream, id)) group.entriesRead++;
  else if (stream.entriesAdded > 0) group.entriesRead = entriesUpTo(stream, id);
  group.setLastId(id);
}

import { StreamId } from '../../../storage/types/stream-id.js';
import { group, stream } from './open-stream.js';

/** A pending entry as it was last delivered. */
interface IdleEntry {
  readonly id: StreamId;
  readonly deliveredAtMs: number;
  readonly deliveries: number;
}

const id = new StreamId();

/**
 * Up to `count` (0: all) pending entries of the open group that were last delivered at `untilMs` or before and that the
 * stream still has: the longest idle first, equals by id. Looks at every pending entry; keeps twice `count` at most.
 */
export function idleEntries(untilMs: number, count: number): IdleEntry[] {
  const { pending } = group;
  const found: IdleEntry[] = [];
  for (let more = pending.seek(id.setMin()); more; more = pending.next()) {
    const { deliveredAtMs, deliveries } = pending;
    if (deliveredAtMs > untilMs || !stream.has(pending.readId(id))) continue;
    found.push({ id: new StreamId().copy(id), deliveredAtMs, deliveries });
    if (count > 0 && found.length === 2 * count) keepLongestIdle(found, count);
  }
  keepLongestIdle(found, count > 0 ? count : found.length);
  return found;
}

function keepLongestIdle(entries: IdleEntry[], count: number): void {
  // The sort is stable: entries with one time of delivery stay in the order of their ids.
  entries.sort((one, other) => one.deliveredAtMs - other.deliveredAtMs);
  entries.length = Math.min(entries.length, count);
}

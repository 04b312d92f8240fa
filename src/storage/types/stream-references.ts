import { Bytes } from '../../bytes/bytes.js';
import { groupNames, StreamGroup } from './stream-groups.js';
import { StreamCursor } from './stream-cursor.js';
import { StreamId } from './stream-id.js';
import type { Stream, TrimOptions } from './stream.js';

/*
 * Entries and the groups that refer to them. An entry is referred to while it is pending in a group, or while a group has
 * yet to read it.
 */

/** What becomes of the references to an entry that is to be removed; `acked` keeps an entry that has some. */
export type ReferencePolicy = 'keepref' | 'delref' | 'acked';

const names = groupNames();
const group = new StreamGroup();
const groupLastId = new StreamId();
const view = new Bytes(new Uint8Array(0));

/** True when a group has the entry pending, or has not read as far. */
export function isReferenced(stream: Stream, id: StreamId): boolean {
  names.open(stream.slab, stream.groups);
  for (let i = 0; i < names.count; i++) {
    group.open(stream.slab, names.at(i));
    if (group.readLastId(groupLastId).compare(id) < 0 || group.pending.find(id)) return true;
  }
  return false;
}

/** Takes an entry off the pending entries of all groups; `dropped` hears of each that had it. */
export function dropReferences(stream: Stream, id: StreamId, dropped: (groupName: Bytes) => void): void {
  names.open(stream.slab, stream.groups);
  for (let i = 0; i < names.count; i++) {
    if (group.open(stream.slab, names.at(i)).acknowledge(id)) dropped(names.name(names.at(i), view));
  }
}

const from = new StreamId();
const maxDeleted = new StreamId();
const cursor = new StreamCursor();
const LAST_ID = new StreamId().setMax();
/** So many ids at a time are JavaScript objects. */
const IDS_AT_ONCE = 256;

/**
 * Trims entry by entry: those that groups refer to stay (`acked`), or are no longer pending (`delref`). `removed` hears of
 * every entry that went. Returns how many that were.
 *
 * What `acked` leaves may have gaps, so its entries count as deleted ones, as those of XDEL do; the others do not, as
 * after any trim.
 */
export function trimReferenced(
  stream: Stream,
  options: TrimOptions,
  policy: ReferencePolicy,
  removed: (id: StreamId) => void,
): number {
  const before = stream.length;
  const ids: StreamId[] = [];
  stream.readMaxDeletedId(maxDeleted);
  from.setMin();
  do {
    ids.length = 0;
    gather(stream, options, policy, before - stream.length, ids);
    for (const id of ids) {
      stream.delete(id);
      removed(id);
    }
  } while (ids.length === IDS_AT_ONCE);
  if (policy !== 'acked') stream.setMaxDeletedId(maxDeleted);
  return before - stream.length;
}

/** Adds the next entries that are to go, from `from` on, to `ids`, and moves `from` behind them. */
function gather(
  stream: Stream,
  options: TrimOptions,
  policy: ReferencePolicy,
  gone: number,
  ids: StreamId[],
): void {
  let block = -1;
  stream.range(cursor, from, LAST_ID);
  while (ids.length < IDS_AT_ONCE && cursor.next()) {
    if (options.limit !== 0 && gone + ids.length >= options.limit) return;
    const length = stream.length - ids.length;
    if (options.strategy === 'maxlen' ? length <= options.lengthMax : cursor.id.compare(options.idMin) >= 0)
      return;
    if (options.approximate && cursor.block !== block) {
      block = cursor.block;
      if (!stream.isBeyond(block, length, options)) return;
    }
    if (policy !== 'acked' || !isReferenced(stream, cursor.id)) ids.push(new StreamId().copy(cursor.id));
    from.copy(cursor.id).increment();
  }
}

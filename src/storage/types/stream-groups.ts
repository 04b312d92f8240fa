import type { Bytes } from '../../bytes/bytes.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';
import { cloneAllocation } from './stream-directory.js';
import type { StreamId } from './stream-id.js';
import { StreamNames } from './stream-names.js';
import { StreamPending } from './stream-pending.js';
import { readNumber, writeNumber } from './stream-words.js';

/*
 * Consumer groups, things with a name (stream-names.ts) in the slab:
 *
 *   group     name length, last delivered id (4), entries read (2), pending entries list, table of consumers, pending (2)
 *   consumer  name length, seen at in ms (2), pending (2)
 *
 * A pending entry names its consumer by the consumer's ref, which never moves. A consumer's own entries are found by
 * looking through those of its group: that keeps 36 bytes an entry instead of two tables of them.
 */

const GROUP_WORDS = 11;
const CONSUMER_WORDS = 5;

/** What Redis calls an invalid counter: how many entries the group has read is not known. */
export const ENTRIES_READ_UNKNOWN = -1;

/** One consumer; `open` points it at another. */
export class StreamConsumer {
  ref = 0;
  private words: Int32Array = new Int32Array(0);
  private at = 0;

  open(slab: Slab, ref: number): this {
    this.ref = ref;
    this.words = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    this.at = (ref & REF_UNIT_MASK) << 1;
    return this;
  }

  /** When it last read or claimed. */
  get seenAtMs(): number {
    return readNumber(this.words, this.at + 1);
  }

  set seenAtMs(timeMs: number) {
    writeNumber(this.words, this.at + 1, timeMs);
  }

  get pending(): number {
    return readNumber(this.words, this.at + 3);
  }

  set pending(count: number) {
    writeNumber(this.words, this.at + 3, count);
  }
}

/** One group; `open` points it at another. */
export class StreamGroup {
  ref = 0;
  slab!: Slab;
  readonly consumers = new StreamNames(CONSUMER_WORDS);
  /** The entries delivered and not acknowledged. Changed by the methods below only. */
  readonly pending = new StreamPending();
  private readonly consumer = new StreamConsumer();
  private words: Int32Array = new Int32Array(0);
  private base = 0;

  open(slab: Slab, ref: number): this {
    this.ref = ref;
    this.slab = slab;
    this.words = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    this.base = (ref & REF_UNIT_MASK) << 1;
    this.pending.open(slab, this.words[this.base + 7]!);
    this.consumers.open(slab, this.words[this.base + 8]!);
    return this;
  }

  readLastId(id: StreamId): StreamId {
    return id.read(this.words, this.base + 1);
  }

  setLastId(id: StreamId): void {
    id.write(this.words, this.base + 1);
  }

  get entriesRead(): number {
    return readNumber(this.words, this.base + 5);
  }

  set entriesRead(count: number) {
    writeNumber(this.words, this.base + 5, count);
  }

  get pendingCount(): number {
    return readNumber(this.words, this.base + 9);
  }

  private addToCount(consumer: number, change: number): void {
    writeNumber(this.words, this.base + 9, this.pendingCount + change);
    this.consumer.open(this.slab, consumer).pending += change;
  }

  /** The consumer of that name, or 0. */
  findConsumer(name: Bytes): number {
    return this.consumers.find(name);
  }

  /** A consumer of a name that is not there. */
  createConsumer(name: Bytes, nowMs: number): number {
    const ref = this.consumers.add(name);
    this.words[this.base + 8] = this.consumers.ref;
    this.consumer.open(this.slab, ref).seenAtMs = nowMs;
    return ref;
  }

  /** Removes a consumer with what is pending for it; how many entries that was. */
  removeConsumer(name: Bytes): number {
    const ref = this.consumers.find(name);
    const { pending } = this.consumer.open(this.slab, ref);
    if (pending > 0) this.pending.removeAllOf(ref);
    this.words[this.base + 7] = this.pending.ref;
    writeNumber(this.words, this.base + 9, this.pendingCount - pending);
    this.consumers.remove(name);
    this.words[this.base + 8] = this.consumers.ref;
    return pending;
  }

  /** Makes an entry pending for a consumer, whoever it was pending for; the list then stands on it. */
  deliver(id: StreamId, consumer: number, timeMs: number, deliveries: number): void {
    const { pending } = this;
    if (pending.find(id)) this.addToCount(pending.consumer, -1);
    else {
      pending.add(id);
      this.words[this.base + 7] = pending.ref;
    }
    pending.consumer = consumer;
    pending.deliveredAtMs = timeMs;
    pending.deliveries = deliveries;
    this.addToCount(consumer, 1);
  }

  /** Gives the pending entry the list stands on to a consumer. */
  reassign(consumer: number): void {
    const { pending } = this;
    this.addToCount(pending.consumer, -1);
    pending.consumer = consumer;
    this.addToCount(consumer, 1);
  }

  /** Takes an entry off the list; false when it was not pending. */
  acknowledge(id: StreamId): boolean {
    const { pending } = this;
    if (!pending.find(id)) return false;
    this.addToCount(pending.consumer, -1);
    pending.remove();
    this.words[this.base + 7] = pending.ref;
    return true;
  }

  /** Releases what the group owns beside itself; as `ValueParts.release`. */
  release(steps = Infinity): number {
    const { consumers } = this;
    const left = this.pending.release(steps);
    if (left === 0) return 0;
    this.words[this.base + 7] = 0;
    return consumers.release(left);
  }

  /** Gives a group that was copied byte for byte parts of its own. */
  duplicateParts(): void {
    const { slab, consumers, pending, words, base } = this;
    if (consumers.ref === 0) {
      words[base + 7] = pending.duplicate();
      return;
    }
    const copies = new Map<number, number>();
    consumers.open(slab, cloneAllocation(slab, consumers.ref));
    for (let i = 0; i < consumers.count; i++) {
      const copy = cloneAllocation(slab, consumers.at(i));
      copies.set(consumers.at(i), copy);
      consumers.setAt(i, copy);
    }
    words[base + 7] = pending.duplicate();
    words[base + 8] = consumers.ref;
    pending.forEach(() => {
      pending.consumer = copies.get(pending.consumer)!;
    });
  }

  /** Bytes of the slab that the group takes, with everything in it. */
  get bytes(): number {
    const { slab, consumers } = this;
    let bytes = slab.bytesOf(this.ref) + this.pending.bytes;
    if (consumers.ref !== 0) bytes += slab.bytesOf(consumers.ref);
    for (let i = 0; i < consumers.count; i++) bytes += slab.bytesOf(consumers.at(i));
    return bytes;
  }
}

/** A table of groups. */
export function groupNames(): StreamNames {
  return new StreamNames(GROUP_WORDS);
}

const names = groupNames();
const group = new StreamGroup();

const releasedNames = groupNames();
const releasedGroup = new StreamGroup();

/** Releases the groups of a table, the last one first, and the table; as `ValueParts.release`. */
export function releaseGroups(slab: Slab, table: number, steps: number): number {
  let left = steps;
  releasedNames.open(slab, table);
  for (let i = releasedNames.count - 1; i >= 0; i--) {
    left = releasedGroup.open(slab, releasedNames.at(i)).release(left);
    if (left === 0) return 0;
    releasedNames.releaseLast();
  }
  releasedNames.destroy();
  return left;
}

/** A copy of a table of groups and all that is in it. */
export function duplicateGroups(slab: Slab, table: number): number {
  if (table === 0) return 0;
  names.open(slab, cloneAllocation(slab, table));
  for (let i = 0; i < names.count; i++) {
    const copy = cloneAllocation(slab, names.at(i));
    names.setAt(i, copy);
    group.open(slab, copy).duplicateParts();
  }
  return names.ref;
}

/** Bytes of the slab that the groups of a table take. */
export function groupBytes(slab: Slab, table: number): number {
  if (table === 0) return 0;
  names.open(slab, table);
  let bytes = slab.bytesOf(table);
  for (let i = 0; i < names.count; i++) bytes += group.open(slab, names.at(i)).bytes;
  return bytes;
}

/** About what releasing the groups of a table takes. */
export function groupsEffort(slab: Slab, table: number): number {
  if (table === 0) return 0;
  names.open(slab, table);
  let effort = 0;
  for (let i = 0; i < names.count; i++) {
    group.open(slab, names.at(i));
    effort += 1 + group.consumers.count + group.pendingCount;
  }
  return effort;
}

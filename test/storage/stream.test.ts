import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { StreamCursor } from '../../src/storage/types/stream-cursor.js';
import { groupNames, StreamConsumer, StreamGroup } from '../../src/storage/types/stream-groups.js';
import { StreamId } from '../../src/storage/types/stream-id.js';
import { Stream } from '../../src/storage/types/stream.js';
import { partsOf } from './part-source.js';
import { recordBytes } from './record-bytes.js';

const KEY = Bytes.from('stream');
const LIMITS = { entriesMax: 10, bytesMax: 600 };
const U64_MAX = (1n << 64n) - 1n;

function newKeyspace(): Keyspace {
  return new Keyspace({ shardCount: 1, databaseCount: 2, keysPerShardMax: 0, random: () => 0.5 });
}

function toId(ms: bigint, seq: bigint): StreamId {
  const low = 0xffff_ffffn;
  return new StreamId().set(Number(ms >> 32n), Number(ms & low), Number(seq >> 32n), Number(seq & low));
}

/** An id as one number, so that the model needs no order of its own. */
function number(id: string): bigint {
  const [ms = '', seq = ''] = id.split('-');
  return (BigInt(ms) << 64n) | BigInt(seq);
}

interface Entry {
  readonly id: bigint;
  readonly parts: string[];
}

function idOf(value: bigint): StreamId {
  return toId(value >> 64n, value & U64_MAX);
}

type Step =
  | { kind: 'add'; distance: bigint; parts: string[] }
  | { kind: 'delete'; nth: number }
  | { kind: 'trim'; strategy: 'maxlen' | 'minid'; nth: number };

/** A stream, and an array that does the same. */
class Pair {
  readonly keyspace = newKeyspace();
  readonly db = this.keyspace.databases[0]!;
  readonly liveBytesBefore = recordBytes(this.keyspace);
  readonly stream = new Stream().create(this.db, KEY);
  readonly cursor = new StreamCursor();
  entries: Entry[] = [];
  last = 0n;

  /** True when stream and model gave the same answer. */
  run(each: Step): boolean {
    if (each.kind === 'delete') return this.delete(each.nth);
    if (each.kind === 'trim') return this.trim(each.strategy, each.nth);
    this.add(each.distance, each.parts);
    return true;
  }

  add(step: bigint, parts: string[]): void {
    const id = this.last + step;
    if (id >> 64n > U64_MAX) return;
    const bytes = parts.map((part) => Bytes.from(part));
    this.stream.append(idOf(id), partsOf(bytes), 0, parts.length / 2, LIMITS);
    this.entries.push({ id, parts });
    this.last = id;
  }

  delete(nth: number): boolean {
    if (this.entries.length === 0) return true;
    const at = nth % this.entries.length;
    const [entry] = this.entries.splice(at, 1);
    return this.stream.delete(idOf(entry!.id)) && !this.stream.delete(idOf(entry!.id));
  }

  trim(strategy: 'maxlen' | 'minid', nth: number): boolean {
    const keep = this.entries.length === 0 ? 0 : nth % (this.entries.length + 1);
    const idMin = idOf(this.entries.at(-keep)?.id ?? 0n);
    const removed = this.stream.trim({ strategy, lengthMax: keep, idMin, approximate: false, limit: 0 });
    const expected = strategy === 'minid' && keep === 0 ? 0 : this.entries.length - keep;
    this.entries = this.entries.slice(expected);
    return removed === expected;
  }

  read(from: bigint, to: bigint, reverse: boolean): Entry[] {
    const { stream, cursor } = this;
    const found: Entry[] = [];
    const view = new Bytes(new Uint8Array(0));
    stream.range(cursor, idOf(from), idOf(to), reverse);
    while (cursor.next()) {
      const parts: string[] = [];
      for (let i = 0; i < 2 * cursor.fieldCount; i++) parts.push(cursor.part(view).toString());
      found.push({ id: number(cursor.id.toString()), parts });
    }
    return found;
  }

  expected(from: bigint, to: bigint): Entry[] {
    return this.entries.filter(({ id }) => id >= from && id <= to);
  }
}

const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', '', 'temperature') },
  { weight: 3, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(127, 128, 500, 20_000).map((length) => 'x'.repeat(length)) },
);
const parts = fc
  .array(fc.tuple(fc.constantFrom('f', 'g', 'h'), part), { minLength: 1, maxLength: 3 })
  .map((pairs) => pairs.flat());
/** Distance of an id from the one before: the next sequence number, some ms, or anything up to 2^100. */
const distance = fc.oneof(
  fc.constant(1n),
  fc.bigInt({ min: 1n, max: 300n }),
  fc.bigInt({ min: 1n, max: 5000n }).map((ms) => ms << 64n),
  fc.bigInt({ min: 1n, max: 1n << 40n }),
  fc.bigInt({ min: 1n, max: 1n << 100n }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('add' as const), distance, parts }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trim' as const),
      strategy: fc.constantFrom('maxlen' as const, 'minid' as const),
      nth: fc.nat(),
    }),
  },
);

describe('a stream', () => {
  test('keeps, finds and removes entries as an array would', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.nat(),
        (steps, one, other) => {
          const pair = new Pair();
          for (const each of steps) {
            expect(pair.run(each)).toBe(true);
            expect(pair.stream.length).toBe(pair.entries.length);
            const first = pair.stream.readFirstId(new StreamId()).toString();
            expect(number(first)).toBe(pair.entries[0]?.id ?? 0n);
          }
          const all = pair.expected(0n, 1n << 128n);
          expect(pair.read(0n, (1n << 128n) - 1n, false)).toEqual(all);
          expect(pair.read(0n, (1n << 128n) - 1n, true)).toEqual(all.toReversed());
          const from = pair.entries[one % (all.length || 1)]?.id ?? 5n;
          const to = (pair.entries[other % (all.length || 1)]?.id ?? 9n) - 1n;
          expect(pair.read(from, to, false)).toEqual(pair.expected(from, to));
          expect(pair.read(from, to, true)).toEqual(pair.expected(from, to).toReversed());
          pair.db.remove(pair.db.find(KEY));
          expect(recordBytes(pair.keyspace)).toBe(pair.liveBytesBefore);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('gives back every byte, its groups too, when its key is removed, and so does its copy', () => {
    const pair = new Pair();
    const { db, keyspace } = pair;
    db.remove(db.find(KEY));
    const liveBefore = recordBytes(keyspace);
    pair.stream.create(db, KEY);
    for (let i = 0; i < 500; i++) pair.add(1n << 64n, ['field', `value ${i}`]);
    const groups = groupNames().open(keyspace.slab, 0);
    const group = new StreamGroup();
    for (const name of ['one', 'two', 'three']) {
      group.open(keyspace.slab, groups.add(Bytes.from(name)));
      pair.stream.groups = groups.ref;
      const consumer = group.createConsumer(Bytes.from('consumer'), 1);
      for (const { id } of pair.entries) group.deliver(idOf(id), consumer, 1, 1);
    }
    db.copy(db.find(KEY), keyspace.databases[1]!, KEY);
    db.remove(db.find(KEY));
    const copy = new Stream().open(keyspace.databases[1]!, keyspace.databases[1]!.find(KEY));
    expect(copy.length).toBe(500);
    group.open(keyspace.slab, groups.open(keyspace.slab, copy.groups).find(Bytes.from('two')));
    expect(group.pendingCount).toBe(500);
    expect(group.acknowledge(idOf(pair.entries[77]!.id))).toBe(true);
    keyspace.databases[1]!.remove(keyspace.databases[1]!.find(KEY));
    expect(recordBytes(keyspace)).toBe(liveBefore);
  });

  test('of a hundred thousand entries of three fields takes less than 18 bytes an entry', () => {
    const keyspace = newKeyspace();
    const stream = new Stream().create(keyspace.databases[0]!, KEY);
    const words = ['temp', '23', 'hum', '45', 'sensor', '12'].map((word) => Bytes.from(word));
    const id = new StreamId();
    for (let i = 0; i < 100_000; i++) {
      stream.append(id.setMs(1_700_000_000_000 + 3 * i), partsOf(words), 0, 3, {
        entriesMax: 100,
        bytesMax: 4096,
      });
    }
    expect(recordBytes(keyspace) / 100_000).toBeLessThan(18);
  });
});

/** Pending entries of a group, and a map that does the same. */
class PendingPair {
  readonly keyspace = newKeyspace();
  readonly group: StreamGroup;
  readonly consumers: number[];
  readonly model = new Map<bigint, { consumer: number; deliveries: number }>();

  constructor() {
    const groups = groupNames().open(this.keyspace.slab, 0);
    this.group = new StreamGroup().open(this.keyspace.slab, groups.add(Bytes.from('group')));
    this.consumers = ['b', 'a', 'c'].map((name) => this.group.createConsumer(Bytes.from(name), 1));
  }

  /** True when list and model gave the same answer. */
  run(kind: string, id: bigint, consumer: number, deliveries: number): boolean {
    const { group, model } = this;
    if (kind === 'acknowledge') return group.acknowledge(idOf(id)) === model.delete(id);
    if (kind === 'reassign') {
      const known = model.get(id);
      if (group.pending.find(idOf(id)) !== (known !== undefined)) return false;
      if (known === undefined) return true;
      group.reassign(consumer);
      known.consumer = consumer;
    } else {
      group.deliver(idOf(id), consumer, 1, deliveries);
      model.set(id, { consumer, deliveries });
    }
    return true;
  }

  state(): unknown {
    const { group } = this;
    const id = new StreamId();
    const found: unknown[] = [];
    for (let more = group.pending.seek(id); more; more = group.pending.next()) {
      group.pending.readId(id);
      found.push([number(id.toString()), group.pending.consumer, group.pending.deliveries]);
    }
    const counts = this.consumers.map((ref) => new StreamConsumer().open(this.keyspace.slab, ref).pending);
    return { found, counts, count: group.pendingCount };
  }

  expected(): unknown {
    const ids = [...this.model.keys()].sort((a, b) => (a < b ? -1 : 1));
    const found = ids.map((id) => [id, this.model.get(id)!.consumer, this.model.get(id)!.deliveries]);
    const counts = this.consumers.map(
      (ref) => [...this.model.values()].filter(({ consumer }) => consumer === ref).length,
    );
    return { found, counts, count: ids.length };
  }
}

test('Pending entries are kept in order, whatever is delivered, acknowledged, or given to another', () => {
  const operation = fc.record({
    kind: fc.constantFrom('deliver', 'deliver', 'next', 'next', 'acknowledge', 'reassign'),
    id: fc.integer({ min: 1, max: 400 }),
    consumer: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 600 }), fc.nat(2), (operations, removed) => {
      const pair = new PendingPair();
      const { group, model, consumers } = pair;
      let top = 400n;
      operations.forEach(({ kind, id, consumer }, deliveries) => {
        const value = kind === 'next' ? ++top : BigInt(id);
        expect(pair.run(kind, value, consumers[consumer]!, deliveries)).toBe(true);
      });
      expect(pair.state()).toEqual(pair.expected());
      const [gone] = consumers.splice(removed, 1);
      const pending = [...model].filter(([, { consumer }]) => consumer === gone);
      for (const [id] of pending) model.delete(id);
      expect(group.removeConsumer(Bytes.from(['b', 'a', 'c'][removed]!))).toBe(pending.length);
      expect(pair.state()).toEqual(pair.expected());
    }),
    { numRuns: 150 },
  );
});

test('Ids go up and down across every border, and stop at both ends', () => {
  const value = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    fc.constantFrom(0n, U64_MAX, 1n << 64n, 0xffff_ffffn, (1n << 128n) - 1n),
  );
  const last = (1n << 128n) - 1n;
  fc.assert(
    fc.property(value, (from) => {
      const up = idOf(from);
      const down = idOf(from);
      expect(up.increment()).toBe(from < last);
      expect(down.decrement()).toBe(from > 0n);
      expect(number(up.toString())).toBe(from < last ? from + 1n : from);
      expect(number(down.toString())).toBe(from > 0n ? from - 1n : from);
    }),
  );
});

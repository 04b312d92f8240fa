import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import type { Database } from '../../src/storage/database.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { createHash, hashExpire, hashSet } from '../../src/storage/types/hash.js';
import { listCreate, listPush } from '../../src/storage/types/list.js';
import { createSet, setAdd } from '../../src/storage/types/set.js';
import { groupNames, StreamGroup } from '../../src/storage/types/stream-groups.js';
import { StreamId } from '../../src/storage/types/stream-id.js';
import { Stream } from '../../src/storage/types/stream.js';
import { partsOf } from './part-source.js';
import { recordBytes } from './record-bytes.js';
import { seeded } from './seeded-random.js';

const KINDS = ['hash', 'expiring hash', 'set', 'zset', 'list', 'stream'] as const;
type Kind = (typeof KINDS)[number];

function newKeyspace(): Keyspace {
  return new Keyspace({ shardCount: 4, databaseCount: 3, keysPerShardMax: 0, random: seeded(7) });
}

/** Makes a value of `count` elements; its record. */
function make(db: Database, kind: Kind, name: string, count: number): number {
  const key = Bytes.from(name);
  let ref: number;
  switch (kind) {
    case 'hash':
    case 'expiring hash':
      ref = createHash(db, key);
      for (let i = 0; i < count; i++)
        ref = hashSet(db, ref, Bytes.from(`field:${i}`), Bytes.from(`value:${i}`));
      if (kind === 'hash') return ref;
      for (let i = 0; i < count; i += 3) ref = hashExpire(db, ref, Bytes.from(`field:${i}`), 5_000_000 + i);
      return ref;
    case 'set':
      ref = createSet(db, key, Bytes.from('member:0'));
      for (let i = 0; i < count; i++) ref = setAdd(db, ref, Bytes.from(`member:${i}`));
      return ref;
    case 'zset': {
      const { sortedSet } = db.keyspace;
      sortedSet.create(db, key);
      for (let i = 0; i < count; i++) sortedSet.set(Bytes.from(`member:${i}`), (i * 7919) % 1009);
      return db.find(key);
    }
    case 'list':
      ref = listCreate(db, key);
      for (let i = 0; i < count; i++) ref = listPush(db, ref, i % 2 === 0, Bytes.from(`element:${i}`));
      return ref;
    case 'stream':
      makeStream(db, key, count);
      return db.find(key);
  }
}

function makeStream(db: Database, key: Bytes, count: number): void {
  const stream = new Stream().create(db, key);
  const parts = [Bytes.from('field'), Bytes.from('value')];
  const source = partsOf(parts);
  const group = new StreamGroup();
  const groups = groupNames().open(stream.slab, 0);
  for (const name of ['first', 'second']) {
    const ref = groups.add(Bytes.from(name));
    stream.groups = groups.ref;
    group.open(stream.slab, ref);
    for (let i = 0; i < Math.min(count, 40); i++) group.createConsumer(Bytes.from(`consumer ${i}`), 1);
    const consumer = group.findConsumer(Bytes.from('consumer 1'));
    for (let i = 0; i < count; i++) group.deliver(new StreamId().set(0, i, 0, 1), consumer, 5, 1);
  }
  for (let i = 0; i < count; i++) {
    stream.append(new StreamId().set(0, i, 0, 1), source, 0, 1, { entriesMax: 20, bytesMax: 4096 });
  }
}

function withOthers(): { keyspace: Keyspace; db: Database; before: number } {
  const keyspace = newKeyspace();
  const db = keyspace.databases[0]!;
  for (const [i, kind] of KINDS.entries()) make(keyspace.databases[1]!, kind, `kept ${i}`, 300);
  return { keyspace, db, before: recordBytes(keyspace) };
}

describe('a large value that is removed', () => {
  test.each(KINDS)('waits, and gives everything back in steps of any size: %s', (kind) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }), (steps) => {
        const { keyspace, db, before } = withOthers();
        db.remove(make(db, kind, 'large', 2500), true);
        expect(db.size).toBe(0);
        expect(keyspace.lazyFree.pending).toBe(1);
        expect(recordBytes(keyspace)).toBeGreaterThan(before + 2500);
        let looks = 0;
        while (keyspace.lazyFree.step(steps[looks % steps.length])) {
          looks++;
          // What was released is used again by others meanwhile.
          make(db, KINDS[looks % KINDS.length]!, `other ${looks}`, 20);
        }
        for (let i = 1; i <= looks; i++) db.remove(db.find(Bytes.from(`other ${i}`)));
        expect(recordBytes(keyspace)).toBe(before);
        expect(keyspace.lazyFree.pending).toBe(0);
        expect(keyspace.lazyFree.freed).toBe(1);
        expect(keyspace.expiringHashes).toBe(1);
      }),
      { numRuns: 8 },
    );
  });

  test('of few elements is released at once', () => {
    const { keyspace, db, before } = withOthers();
    for (const kind of KINDS) db.remove(make(db, kind, 'small', 3), true);
    for (const kind of KINDS) db.remove(make(db, kind, 'medium', 1000));
    expect(keyspace.lazyFree.pending).toBe(0);
    expect(keyspace.lazyFree.freed).toBe(0);
    expect(recordBytes(keyspace)).toBe(before);
  });

  test('waits where a string takes its place', () => {
    const { keyspace, db, before } = withOthers();
    const key = Bytes.from('large');
    keyspace.lazyServerDel = true;
    for (const kind of KINDS) {
      const ref = db.setString(make(db, kind, 'large', 2500), key, Bytes.from('string'), false);
      expect(keyspace.lazyFree.pending).toBe(1);
      expect(db.valueOf(ref).toString()).toBe('string');
      keyspace.lazyFree.releaseAll();
      expect(db.valueOf(ref).toString()).toBe('string');
      db.remove(ref);
      expect(recordBytes(keyspace)).toBe(before);
    }
  });

  test('is released at once when an allocation finds no room', () => {
    const { keyspace, db, before } = withOthers();
    for (const kind of KINDS) db.remove(make(db, kind, kind, 2500), true);
    expect(keyspace.lazyFree.pending).toBe(KINDS.length);
    // More than there is address space for.
    expect(() => keyspace.slab.alloc(2 ** 50)).toThrow('allocation failed');
    expect(keyspace.lazyFree.pending).toBe(0);
    expect(recordBytes(keyspace)).toBe(before);
  });
});

describe('a database that is emptied', () => {
  test('lets its records wait while another one has keys, and gives everything back', () => {
    const { keyspace, db, before } = withOthers();
    for (let i = 0; i < 3000; i++) make(db, KINDS[i % KINDS.length]!, `small ${i}`, 3);
    for (const kind of KINDS) make(db, kind, `large ${kind}`, 2500);
    const keys = db.size;
    db.clear();
    expect(db.size).toBe(0);
    expect(db.find(Bytes.from('small 1'))).toBe(0);
    expect(keyspace.lazyFree.pending).toBe(keys);
    const again = make(db, 'hash', 'small 1', 3);
    while (keyspace.lazyFree.step(100));
    expect(db.find(Bytes.from('small 1'))).toBe(again);
    db.remove(again);
    expect(recordBytes(keyspace)).toBe(before);
    expect(keyspace.lazyFree.freed).toBe(keys);
  });

  test('takes with it what waits when it is the last one', () => {
    const { keyspace, db } = withOthers();
    const empty = new Keyspace(keyspace.options).slab.liveBytes;
    for (const kind of KINDS) make(db, kind, `large ${kind}`, 2500);
    db.remove(db.find(Bytes.from('large hash')), true);
    keyspace.lazyFree.step(100);
    keyspace.clear();
    expect(keyspace.lazyFree.pending).toBe(0);
    expect(keyspace.expiringHashes).toBe(0);
    expect(keyspace.slab.liveBytes).toBe(empty);
    expect(keyspace.lazyFree.step()).toBe(false);
    make(db, 'expiring hash', 'again', 2500);
    expect(keyspace.expiringHashes).toBe(1);
  });
});

import { describe, expect, test } from '@jest/globals';
import { Bytes } from '../../src/bytes/bytes.js';
import { Compactor } from '../../src/storage/compactor.js';
import type { Database } from '../../src/storage/database.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { createSet, setAdd, setLength } from '../../src/storage/types/set.js';
import { seeded } from './seeded-random.js';

const MIB = 1024 * 1024;
const NOW_MS = 1_700_000_000_000;

function newKeyspace(keysPerShardMax = 0): Keyspace {
  return new Keyspace({ shardCount: 1, databaseCount: 2, keysPerShardMax, random: seeded(5) });
}

function name(i: number): Bytes {
  return Bytes.from(`key:${i}`);
}

/** Values of many sizes, blocks of 4 KiB among them, that tell their keys apart. */
function value(i: number): Bytes {
  return Bytes.from(`${i}:`.padEnd(10 + ((i * 7919) % (i % 50 === 0 ? 20_000 : 600)), 'x'));
}

function set(database: Database, i: number): number {
  return database.setString(database.lookupWrite(name(i), NOW_MS), name(i), value(i), true);
}

function remove(database: Database, i: number): void {
  const ref = database.find(name(i));
  if (ref !== 0) database.remove(ref);
}

function run(compactor: Compactor): void {
  compactor.begin();
  while (compactor.running) compactor.step();
}

describe('Compactor', () => {
  test('after most keys are gone, pages are given back and every record is as it was', () => {
    const keyspace = newKeyspace();
    const [first, second] = keyspace.databases as [Database, Database];
    for (let i = 0; i < 30_000; i++) set(i % 3 === 0 ? second : first, i);
    for (let i = 0; i < 30_000; i++) {
      if (i % 20 !== 0) remove(i % 3 === 0 ? second : first, i);
      else if (i % 40 === 0) {
        const database = i % 3 === 0 ? second : first;
        database.setExpire(database.find(name(i)), NOW_MS + i);
      }
    }
    const compactor = new Compactor(keyspace);
    expect(compactor.isWorthwhile).toBe(true);
    const before = keyspace.slab.reservedBytes;
    const { liveBytes } = keyspace.slab;
    run(compactor);
    expect(keyspace.slab.liveBytes).toBe(liveBytes);
    expect(before).toBeGreaterThan(5 * liveBytes);
    expect(keyspace.slab.reservedBytes).toBeLessThan(liveBytes * 1.5 + 6 * MIB);
    for (let i = 0; i < 30_000; i += 20) {
      const database = i % 3 === 0 ? second : first;
      const ref = database.find(name(i));
      expect(database.valueOf(ref).toString()).toBe(value(i).toString());
      expect(database.expireAtMs(ref)).toBe(i % 40 === 0 ? NOW_MS + i : -1);
    }
    expect(compactor.isWorthwhile).toBe(false);
  });

  test('writes between the steps are kept, and the slab stays consistent', () => {
    const keyspace = newKeyspace();
    const database = keyspace.databases[0]!;
    const random = seeded(11);
    const kept = new Set<number>();
    for (let i = 0; i < 40_000; i++) set(database, i);
    for (let i = 0; i < 40_000; i++) {
      if (random() < 0.9) remove(database, i);
      else kept.add(i);
    }
    const compactor = new Compactor(keyspace);
    compactor.begin();
    expect(compactor.running).toBe(true);
    while (compactor.running) {
      compactor.step();
      for (let n = 0; n < 8; n++) {
        const i = Math.floor(random() * 40_000);
        if (random() < 0.5) {
          remove(database, i);
          kept.delete(i);
        } else {
          set(database, i);
          kept.add(i);
        }
      }
    }
    expect(database.size).toBe(kept.size);
    for (const i of kept)
      expect(database.valueOf(database.find(name(i))).toString()).toBe(value(i).toString());
    for (const i of kept) remove(database, i);
    expect(keyspace.slab.reservedBytes).toBeLessThan(8 * MIB);
  });

  test('what cannot be moved does not make it try again and again', () => {
    const keyspace = newKeyspace();
    const database = keyspace.databases[0]!;
    // Members of large sets stand between the strings, and stay where they are.
    const key = Bytes.from('set');
    for (let i = 0; i < 150_000; i++) {
      set(database, i);
      const member = Bytes.from(`member:${i}:${'y'.repeat(i % 100)}`);
      if (i === 0) createSet(database, key, member);
      else if (i % 3 === 0) setAdd(database, database.find(key), member);
    }
    for (let i = 0; i < 150_000; i++) remove(database, i);
    const compactor = new Compactor(keyspace);
    for (let pass = 0; pass < 4 && compactor.isWorthwhile; pass++) run(compactor);
    expect(compactor.isWorthwhile).toBe(false);
    expect(setLength(database, database.find(key))).toBe(49_999);
  });

  test('an attempt that came too early is made again when some more has gone', () => {
    const keyspace = newKeyspace();
    const database = keyspace.databases[0]!;
    const { slab } = keyspace;
    const count = 64_000;
    for (let i = 0; i < count; i++) {
      const bytes = Bytes.from('x'.repeat(10 + ((i * 7919) % 900)));
      database.setString(0, name(i), bytes, true);
    }
    const compactor = new Compactor(keyspace);
    // Every other key goes first, so that no page becomes empty by itself.
    const removeUntil = (from: number, wasteBytes: number): number => {
      let i = from;
      for (; slab.reservedBytes - slab.liveBytes < wasteBytes; i++)
        remove(database, i < count / 2 ? 2 * i : 2 * i - count + 1);
      return i;
    };
    const removed = removeUntil(0, 16.2 * MIB);
    expect(compactor.isWorthwhile).toBe(true);
    expect(compactor.begin()).toBe(false);
    removeUntil(removed, 19 * MIB);
    expect(compactor.isWorthwhile).toBe(false);
    removeUntil(removed, 21 * MIB);
    expect(compactor.isWorthwhile).toBe(true);
    expect(compactor.begin()).toBe(true);
  });

  test('the exact order of use of bounded shards follows its records', () => {
    const keyspace = newKeyspace(100_000);
    const database = keyspace.databases[0]!;
    for (let i = 0; i < 40_000; i++) set(database, i);
    for (let i = 0; i < 40_000; i++) if (i % 30 !== 7) remove(database, i);
    const compactor = new Compactor(keyspace);
    run(compactor);
    expect(compactor.moved).toBeGreaterThan(100);
    for (let i = 7; i < 40_000; i += 30) remove(database, i);
    expect(database.size).toBe(0);
  });

  test('emptied keyspaces end a pass', () => {
    const keyspace = newKeyspace();
    const database = keyspace.databases[0]!;
    for (let i = 0; i < 40_000; i++) set(database, i);
    for (let i = 0; i < 40_000; i++) if (i % 30 !== 7) remove(database, i);
    const compactor = new Compactor(keyspace);
    compactor.begin();
    compactor.step();
    keyspace.clear();
    while (compactor.running) compactor.step();
    for (let i = 0; i < 5_000; i++) set(database, i);
    expect(database.valueOf(database.find(name(77))).toString()).toBe(value(77).toString());
  });

  test('what a flushed database leaves to be released is not taken for what it holds now', () => {
    const keyspace = newKeyspace();
    const [first, second] = keyspace.databases as [Database, Database];
    for (let i = 0; i < 20_000; i++) set(i % 2 === 0 ? first : second, i);
    first.clear();
    for (let i = 1; i < 20_000; i += 2) if (i % 50 !== 7) remove(second, i);
    for (let i = 0; i < 1000; i += 2) set(first, i);
    run(new Compactor(keyspace));
    expect(keyspace.lazyFree.releaseAll()).toBe(true);
    run(new Compactor(keyspace));
    for (let i = 0; i < 1000; i += 2)
      expect(first.valueOf(first.find(name(i))).toString()).toBe(value(i).toString());
    for (let i = 7; i < 20_000; i += 50)
      expect(second.valueOf(second.find(name(i))).toString()).toBe(value(i).toString());
    expect(keyspace.slab.reservedBytes).toBeLessThan(12 * MIB);
  });
});

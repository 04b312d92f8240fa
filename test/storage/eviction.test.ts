import { describe, expect, test } from '@jest/globals';
import { Bytes } from '../../src/bytes/bytes.js';
import { Eviction, type EvictionPolicy } from '../../src/storage/eviction.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { seeded } from './seeded-random.js';

const KEYS = 1000;

/** Keys k0…k999 in database 0, used one second after the other; every second one expires, the lowest first. */
function fixture(policy: EvictionPolicy): { space: Keyspace; evict: (count: number) => string[] } {
  const space = new Keyspace({ shardCount: 4, databaseCount: 2, keysPerShardMax: 0, random: seeded(23) });
  space.accessClock.lfu = policy.endsWith('-lfu');
  const db = space.databases[0]!;
  for (let i = 0; i < KEYS; i++) {
    space.tick(i * 1000);
    const ref = db.setString(0, Bytes.from(`k${i}`), Bytes.from('v'), false);
    if (space.accessClock.lfu) db.records.setAccess(ref, space.accessClock.fromFrequency(Math.floor(i / 4)));
    if (i % 2 === 0) db.setExpire(ref, 1_000_000 + i);
  }
  if (space.accessClock.lfu) space.accessClock.lfuDecayMinutes = 0;
  const eviction = new Eviction(space);
  eviction.policy = policy;
  eviction.samples = 5;
  const evict = (count: number): string[] => {
    const names: string[] = [];
    for (let i = 0; i < count; i++) {
      eviction.evictOne((database, ref) => {
        names.push(database.keyOf(ref).toString());
        database.remove(ref);
      });
    }
    return names;
  };
  return { space, evict };
}

function average(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Number(name.slice(1)), 0) / names.length;
}

describe('Eviction', () => {
  test.each(['allkeys-lru', 'volatile-lru', 'allkeys-lfu', 'volatile-lfu', 'volatile-ttl'] as const)(
    '%s prefers the keys at the right end',
    (policy) => {
      const names = fixture(policy).evict(200);
      expect(new Set(names).size).toBe(200);
      // The lowest 200 would average 100 (of the volatile ones, 200); any 200 would average 500.
      expect(average(names)).toBeLessThan(300);
    },
  );

  test.each(['allkeys-random', 'volatile-random'] as const)('%s prefers none', (policy) => {
    const names = fixture(policy).evict(200);
    expect(average(names)).toBeGreaterThan(400);
    expect(average(names)).toBeLessThan(600);
  });

  test.each(['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'] as const)(
    '%s leaves keys without an expiry alone, and says so when no other is left',
    (policy) => {
      const { space, evict } = fixture(policy);
      const names = evict(KEYS);
      expect(names).toHaveLength(KEYS / 2);
      expect(names.every((name) => Number(name.slice(1)) % 2 === 0)).toBe(true);
      expect(space.databases[0]!.expires.size).toBe(0);
    },
  );

  test('noeviction evicts nothing', () => {
    expect(fixture('noeviction').evict(10)).toEqual([]);
  });

  test('evicts from all databases', () => {
    const { space, evict } = fixture('allkeys-random');
    const other = space.databases[1]!;
    for (let i = 0; i < 100; i++) other.setString(0, Bytes.from(`k${i}`), Bytes.from('v'), false);
    evict(100);
    expect(other.size).toBeLessThan(100);
    expect(space.databases[0]!.size).toBeLessThan(KEYS);
    evict(2 * KEYS);
    expect(space.size).toBe(0);
  });
});

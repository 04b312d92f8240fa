import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { ExpireCycle } from '../../src/storage/expire-cycle.js';
import { ExpireTable } from '../../src/storage/expire-table.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { seeded } from './seeded-random.js';

function keyspace(): Keyspace {
  return new Keyspace({ shardCount: 2, databaseCount: 3, keysPerShardMax: 0, random: seeded(1) });
}

function fill(space: Keyspace, database: number, times: readonly number[]): void {
  const db = space.databases[database]!;
  times.forEach((time, i) => {
    db.setExpire(db.setString(0, Bytes.from(`k${i}`), Bytes.from('v'), false), time);
  });
}

describe('ExpireTable', () => {
  test('agrees with a map from ref to time, and tells which entry took the place of a removed one', () => {
    const step = fc.record({ remove: fc.boolean(), pick: fc.nat(), time: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new ExpireTable();
        const positions = new Map<number, number>();
        const times = new Map<number, number>();
        let next = 1;
        for (const { remove, pick, time } of steps) {
          if (remove && positions.size > 0) {
            const ref = [...positions.keys()][pick % positions.size]!;
            const position = positions.get(ref)!;
            const moved = table.remove(position);
            if (moved !== 0) positions.set(moved, position);
            positions.delete(ref);
            times.delete(ref);
          } else {
            positions.set(next, table.add(next, time));
            times.set(next++, time);
          }
        }
        expect(table.size).toBe(times.size);
        for (const [ref, position] of positions) {
          expect(table.refAt(position)).toBe(ref);
          expect(table.timeAt(position)).toBe(times.get(ref));
        }
      }),
    );
  });
});

describe('ExpireCycle', () => {
  test('removes exactly the keys whose time has passed, in every database', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 300 }),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 300 }),
        (first, third) => {
          const space = keyspace();
          fill(space, 0, first);
          fill(space, 2, third);
          const cycle = new ExpireCycle(space);
          expect(cycle.run(100, 1, () => 0)).toBe(false);
          const alive = (times: readonly number[]): number => times.filter((time) => time > 100).length;
          expect(space.databases[0]!.size).toBe(alive(first));
          expect(space.databases[2]!.size).toBe(alive(third));
          expect(space.expiredKeys).toBe(first.length + third.length - alive(first) - alive(third));
        },
      ),
    );
  });

  test('stops when its time is up and goes on where it stopped', () => {
    const space = keyspace();
    fill(space, 1, new Array<number>(1000).fill(1));
    const cycle = new ExpireCycle(space);
    expect(cycle.run(10, 0, () => 1)).toBe(true);
    const left = space.databases[1]!.size;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(1000);
    let rounds = 0;
    while (cycle.run(10, 0, () => 1) && rounds < 100) rounds++;
    expect(space.databases[1]!.size).toBe(0);
  });

  test('leaves the keys of a replica to its primary', () => {
    const space = keyspace();
    fill(space, 0, [1, 2, 3]);
    space.keepExpired = true;
    new ExpireCycle(space).run(100, 1, () => 0);
    expect(space.databases[0]!.size).toBe(3);
  });
});

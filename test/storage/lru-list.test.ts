import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { LruList } from '../../src/storage/lru-list.js';
import { seeded } from './seeded-random.js';

describe('LruList', () => {
  test('keeps the exact order of use', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'touch', 'touch', 'remove', 'move'),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const list = new LruList();
        /** The least recently used first. */
        const model: { ref: number; node: number }[] = [];
        let next = 1;
        for (const { what, pick } of steps) {
          const at = model.length === 0 ? -1 : pick % model.length;
          if (what === 'add' || at < 0) {
            model.push({ ref: next, node: list.add(next, 0) });
            next++;
            continue;
          }
          const [entry] = model.splice(at, 1);
          if (what === 'touch') {
            list.touch(entry!.node, next);
            model.push(entry!);
          } else if (what === 'remove') list.remove(entry!.node);
          else {
            list.setRef(entry!.node, next);
            model.splice(at, 0, { ref: next++, node: entry!.node });
          }
          expect(list.oldest).toBe(model[0]?.ref ?? 0);
        }
        for (const { ref, node } of model) {
          expect(list.oldest).toBe(ref);
          list.remove(node);
        }
        expect(list.oldest).toBe(0);
      }),
    );
  });
});

describe('a bounded shard', () => {
  test('names its least recently used record as soon as it holds too many, and no other', () => {
    const random = seeded(17);
    const space = new Keyspace({ shardCount: 1, databaseCount: 1, keysPerShardMax: 100, random });
    const db = space.databases[0]!;
    /** The least recently used first. */
    let order: string[] = [];
    const used = (name: string): void => {
      order = order.filter((other) => other !== name);
      order.push(name);
    };
    for (let i = 0; i < 3000; i++) {
      const name = `k${Math.floor(random() * 150)}`;
      const key = Bytes.from(name);
      const ref = db.lookupRead(key, 0);
      if (ref === 0 || random() < 0.3)
        db.setString(db.lookupWrite(key, 0), key, Bytes.from('v'.repeat(i % 50)), false);
      used(name);
      const surplus = db.surplus(0);
      expect(surplus !== 0).toBe(order.length > 100);
      if (surplus === 0) continue;
      expect(db.keyOf(surplus).toString()).toBe(order.shift());
      db.remove(surplus);
    }
    expect(db.size).toBe(100);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import type { Database } from '../../src/storage/database.js';
import { Keyspace, type KeyspaceOptions } from '../../src/storage/keyspace.js';
import { stringBytes, setStringRange } from '../../src/storage/types/string.js';
import { seeded } from './seeded-random.js';
import { recordBytes } from './record-bytes.js';

function keyspace(options: Partial<KeyspaceOptions> = {}): Keyspace {
  return new Keyspace({
    shardCount: 4,
    databaseCount: 2,
    keysPerShardMax: 0,
    random: seeded(99),
    ...options,
  });
}

interface Entry {
  value: string;
  expireAtMs: number;
}

const view = new Bytes(new Uint8Array(0));

function contents(db: Database): Map<string, Entry> {
  const found = new Map<string, Entry>();
  db.forEach((ref) => {
    const name = db.keyOf(ref).toString();
    expect(found.has(name)).toBe(false);
    found.set(name, { value: stringBytes(db, ref, view).toString(), expireAtMs: db.expireAtMs(ref) });
  });
  return found;
}

/** Keys around the border of the long key length, few enough to meet again. */
const name = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => `key:${n}`),
  fc.constantFrom('', 'x'.repeat(254), 'x'.repeat(255), 'x'.repeat(256), 'y'.repeat(5000), '\0\xff\r\n'),
);
const text = fc.oneof(
  fc.string({ maxLength: 60, unit: 'binary-ascii' }),
  fc.integer({ min: 0, max: 20_000 }).map((length) => 'v'.repeat(length)),
);
const step = fc.record({
  what: fc.constantFrom(
    'set',
    'set',
    'keepTtl',
    'remove',
    'expire',
    'persist',
    'rename',
    'copy',
    'range',
    'find',
  ),
  name,
  other: name,
  text,
  number: fc.integer({ min: 0, max: 1000 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const NEVER = -1;

function applyToModel(
  model: Map<string, Entry>,
  { what, name: key, other, text: value, number }: Step,
): void {
  const entry = model.get(key);
  if (what === 'set') model.set(key, { value, expireAtMs: NEVER });
  if (what === 'keepTtl') model.set(key, { value, expireAtMs: entry?.expireAtMs ?? NEVER });
  if (what === 'remove') model.delete(key);
  if (what === 'range') {
    const padded = (entry?.value ?? '').padEnd(number, '\0');
    const joined = padded.slice(0, number) + value + padded.slice(number + value.length);
    model.set(key, { value: joined, expireAtMs: entry?.expireAtMs ?? NEVER });
  }
  if (entry === undefined) return;
  if (what === 'expire') entry.expireAtMs = number;
  if (what === 'persist') entry.expireAtMs = NEVER;
  if (key === other) return;
  if (what === 'copy' || what === 'rename') model.set(other, { ...entry });
  if (what === 'rename') model.delete(key);
}

function applyToDatabase(db: Database, { what, name: key, other, text: value, number }: Step): void {
  const bytes = Bytes.from(key);
  const ref = db.find(bytes);
  if (what === 'set') db.setString(ref, bytes, Bytes.from(value), false);
  if (what === 'keepTtl') db.setString(ref, bytes, Bytes.from(value), true);
  if (what === 'range') setStringRange(db, ref, bytes, number, Bytes.from(value));
  if (ref === 0) return;
  if (what === 'remove') db.remove(ref);
  if (what === 'expire') db.setExpire(ref, number);
  if (what === 'persist') db.clearExpire(ref);
  if (key === other || (what !== 'copy' && what !== 'rename')) return;
  const replaced = db.find(Bytes.from(other));
  if (replaced !== 0) db.remove(replaced);
  const source = db.find(bytes);
  if (what === 'copy') db.copy(source, db, Bytes.from(other));
  else db.rename(source, db, Bytes.from(other));
}

/** Every entry of the expire table names the record that names it. */
function checkExpireTable(db: Database): void {
  for (let position = 0; position < db.expires.size; position++) {
    const ref = db.expires.refAt(position);
    expect(db.records.expirePosition(ref)).toBe(position);
    expect(db.find(db.keyOf(ref).copy())).toBe(ref);
  }
}

describe('Database', () => {
  test.each([0, 1000])(
    'agrees with a Map over all that can be done to strings (keysPerShardMax %i)',
    (keysPerShardMax) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
          const space = keyspace({ keysPerShardMax });
          const db = space.databases[0]!;
          const model = new Map<string, Entry>();
          for (const each of steps) {
            applyToDatabase(db, each);
            applyToModel(model, each);
          }
          expect(contents(db)).toEqual(model);
          expect(db.size).toBe(model.size);
          expect(db.expires.size).toBe(
            [...model.values()].filter(({ expireAtMs }) => expireAtMs !== NEVER).length,
          );
          checkExpireTable(db);
          for (const key of model.keys()) db.remove(db.find(Bytes.from(key)));
          expect(recordBytes(space)).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('a scan returns every key that stays, whatever comes and goes meanwhile', () => {
    const space = keyspace();
    const db = space.databases[0]!;
    const random = seeded(3);
    for (let i = 0; i < 2000; i++) db.setString(0, Bytes.from(`stays:${i}`), Bytes.from('v'), false);
    const seen = new Set<string>();
    let cursor = 0;
    let comers = 0;
    do {
      cursor = db.scan(cursor, 10, (ref) => seen.add(db.keyOf(ref).toString()));
      for (let i = 0; i < 200; i++) {
        const key = Bytes.from(`comes:${Math.floor(random() * 20_000)}`);
        const ref = db.find(key);
        // First it grows, then it shrinks.
        if (ref === 0 && comers < 8000) db.setString(0, key, Bytes.from('v'), false);
        else if (ref !== 0) db.remove(ref);
        comers += ref === 0 ? 1 : 0;
      }
    } while (cursor !== 0);
    for (let i = 0; i < 2000; i++) expect(seen.has(`stays:${i}`)).toBe(true);
  });

  test('a random key is any key with the same chance, over shards of different sizes', () => {
    const db = keyspace({ shardCount: 8 }).databases[0]!;
    for (let i = 0; i < 50; i++) db.setString(0, Bytes.from(`k${i}`), Bytes.from('v'), false);
    const counts = new Map<string, number>();
    const random = seeded(11);
    for (let i = 0; i < 50_000; i++) {
      const drawn = db.keyOf(db.randomRef(random)).toString();
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect(counts.size).toBe(50);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(800);
      expect(count).toBeLessThan(1200);
    }
  });

  test('an expired key is gone for look-ups, and whoever listens is told once', () => {
    const space = keyspace();
    const db = space.databases[0]!;
    const told: string[] = [];
    space.onExpired = (_, key) => told.push(key.toString());
    const key = Bytes.from('k');
    db.setExpire(db.setString(0, key, Bytes.from('v'), false), 1000);
    expect(db.lookupRead(key, 999)).not.toBe(0);
    expect(db.lookupRead(key, 1000)).toBe(0);
    expect(db.lookupRead(key, 1001)).toBe(0);
    expect(told).toEqual(['k']);
    expect(db.size).toBe(0);
    expect(db.expires.size).toBe(0);
  });

  test('moving a key to another database keeps its value and its expiry', () => {
    const space = keyspace();
    const [from, to] = [space.databases[0]!, space.databases[1]!];
    const key = Bytes.from('k');
    from.setExpire(from.setString(0, key, Bytes.from('value'), false), 5000);
    const ref = from.rename(from.find(key), to, key);
    expect(contents(to)).toEqual(new Map([['k', { value: 'value', expireAtMs: 5000 }]]));
    expect(from.size).toBe(0);
    expect(from.expires.size).toBe(0);
    expect(to.expires.refAt(0)).toBe(ref);
  });

  test('clear releases what other databases do not need', () => {
    const space = keyspace();
    const [first, second] = [space.databases[0]!, space.databases[1]!];
    for (let i = 0; i < 1000; i++) {
      first.setExpire(first.setString(0, Bytes.from(`a${i}`), Bytes.from('v'), false), 1);
      second.setString(0, Bytes.from(`b${i}`), Bytes.from('v'), false);
    }
    first.clear();
    expect(contents(second).size).toBe(1000);
    second.clear();
    expect(recordBytes(space)).toBe(0);
  });
});

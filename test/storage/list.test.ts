import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import type { Database } from '../../src/storage/database.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { Representation } from '../../src/storage/representation.js';
import { ListCursor } from '../../src/storage/types/list-cursor.js';
import {
  listCreate,
  listDrop,
  listEnd,
  listInsert,
  listLength,
  listPush,
  listRemove,
  listSet,
} from '../../src/storage/types/list.js';
import { recordBytes } from './record-bytes.js';

const KEY = Bytes.from('list');

function newKeyspace(): Keyspace {
  return new Keyspace({ shardCount: 1, databaseCount: 2, keysPerShardMax: 0, random: () => 0.5 });
}

function elements(db: Database, ref: number, backward = false): string[] {
  const cursor = new ListCursor();
  const found: string[] = [];
  const length = listLength(db, ref);
  let more = cursor.seek(db, ref, backward ? length - 1 : 0);
  while (more) {
    found.push(new Bytes(cursor.page, cursor.offset, cursor.length).toString());
    more = backward ? cursor.previous() : cursor.next();
  }
  return found;
}

/** One step on a list and on an array; both must agree afterwards. */
type Step =
  | { kind: 'push'; front: boolean; value: string; times: number }
  | { kind: 'drop'; front: boolean; count: number }
  | { kind: 'set' | 'insert'; at: number; value: string }
  | { kind: 'remove'; value: string; count: number };

class Pair {
  readonly keyspace = newKeyspace();
  readonly db = this.keyspace.databases[0]!;
  ref = 0;
  oracle: string[] = [];
  private removed = 0;
  private removedFromOracle = 0;

  run(step: Step): void {
    const { db, oracle } = this;
    if (step.kind === 'push') {
      for (let i = 0; i < step.times; i++) this.push(step.front, step.value);
      return;
    }
    if (this.ref === 0) return;
    if (step.kind === 'drop') {
      this.ref = listDrop(db, this.ref, step.front, step.count);
      if (step.front) oracle.splice(0, step.count);
      else oracle.splice(Math.max(0, oracle.length - step.count));
    } else if (step.kind === 'remove') {
      this.removed = listRemove(db, this.ref, Bytes.from(step.value), step.count);
      this.removedFromOracle = this.removeFromOracle(step);
      this.ref = db.find(KEY);
    } else {
      const at = step.at % oracle.length;
      const change = step.kind === 'set' ? listSet : listInsert;
      this.ref = change(db, this.ref, at, Bytes.from(step.value));
      oracle.splice(at, step.kind === 'set' ? 1 : 0, step.value);
    }
  }

  private push(front: boolean, value: string): void {
    if (this.ref === 0) this.ref = listCreate(this.db, KEY);
    this.ref = listPush(this.db, this.ref, front, Bytes.from(value));
    if (front) this.oracle.unshift(value);
    else this.oracle.push(value);
  }

  private removeFromOracle({ value, count }: { value: string; count: number }): number {
    const { oracle } = this;
    const before = oracle.length;
    for (let left = count === 0 ? Infinity : Math.abs(count); left > 0; left--) {
      const at = count < 0 ? oracle.lastIndexOf(value) : oracle.indexOf(value);
      if (at < 0) break;
      oracle.splice(at, 1);
    }
    return before - oracle.length;
  }

  /** Everything a reader can see. */
  state(): unknown {
    const { db, ref } = this;
    if (ref === 0) return { found: db.find(KEY) !== 0, removed: this.removed };
    const view = new Bytes(new Uint8Array(0));
    return {
      found: db.find(KEY) === ref,
      removed: this.removed,
      length: listLength(db, ref),
      forward: elements(db, ref),
      backward: elements(db, ref, true),
      first: listEnd(db, ref, true, view).toString(),
      last: listEnd(db, ref, false, view).toString(),
    };
  }

  /** What it should be. */
  expected(): unknown {
    const { oracle, removedFromOracle: removed } = this;
    if (oracle.length === 0) return { found: false, removed };
    return {
      found: true,
      removed,
      length: oracle.length,
      forward: oracle,
      backward: [...oracle].reverse(),
      first: oracle[0],
      last: oracle.at(-1),
    };
  }
}

/** Mostly short, some at the borders of the length codes, some that fill a block or more. */
const value = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 20 }) },
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', '') },
  { weight: 2, arbitrary: fc.integer({ min: 120, max: 700 }).map((length) => 'm'.repeat(length)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(127, 128, 5000, 5312, 16_383, 16_384, 70_000).map((n) => 'x'.repeat(n)),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('push' as const),
    front: fc.boolean(),
    value,
    times: fc.constantFrom(1, 1, 1, 2, 40),
  }),
  fc.record({
    kind: fc.constant('drop' as const),
    front: fc.boolean(),
    count: fc.constantFrom(0, 1, 1, 1, 2, 30),
  }),
  fc.record({ kind: fc.constantFrom('set' as const, 'insert' as const), at: fc.nat(), value }),
  fc.record({ kind: fc.constant('remove' as const), value, count: fc.constantFrom(0, 1, -1, 3, -3) }),
);

describe('a list', () => {
  test('does what an array does, in whatever order it is changed', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 150 }), (steps) => {
        const pair = new Pair();
        const liveBefore = recordBytes(pair.keyspace);
        for (const one of steps) {
          pair.run(one);
          expect(pair.state()).toEqual(pair.expected());
        }
        if (pair.ref !== 0) pair.db.remove(pair.ref);
        expect(recordBytes(pair.keyspace)).toBe(liveBefore);
      }),
      { numRuns: 150 },
    );
  });

  test('grows to tens of thousands of elements, changes in its middle, shrinks, and gives everything back', () => {
    const pair = new Pair();
    const liveBefore = recordBytes(pair.keyspace);
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const randomValue = (): string => String(random(1000)).repeat(1 + random(random(50) === 0 ? 400 : 6));
    for (let i = 0; i < 30_000; i++) {
      pair.run({ kind: 'push', front: random(3) === 0, value: randomValue(), times: 1 });
    }
    expect(pair.state()).toEqual(pair.expected());
    for (let i = 0; i < 5000; i++) {
      const at = random(30_000);
      const kind = random(2) === 0 ? 'set' : 'insert';
      pair.run({ kind, at, value: randomValue() });
    }
    expect(pair.state()).toEqual(pair.expected());
    for (let i = 0; i < 200; i++)
      pair.run({ kind: 'remove', value: String(random(1000)), count: random(3) - 1 });
    expect(pair.state()).toEqual(pair.expected());
    while (pair.oracle.length > 0)
      pair.run({ kind: 'drop', front: random(2) === 0, count: 1 + random(2000) });
    expect(pair.state()).toEqual(pair.expected());
    expect(recordBytes(pair.keyspace)).toBe(liveBefore);
  });

  test('is packed while it is short, made of blocks when it is long, and packed again', () => {
    const pair = new Pair();
    pair.run({ kind: 'push', front: true, value: 'element', times: 10 });
    expect(pair.db.representation(pair.ref)).toBe(Representation.LIST_PACKED);
    pair.run({ kind: 'push', front: true, value: 'element', times: 1000 });
    expect(pair.db.representation(pair.ref)).toBe(Representation.LIST_BLOCKS);
    pair.run({ kind: 'drop', front: false, count: 1000 });
    expect(pair.db.representation(pair.ref)).toBe(Representation.LIST_PACKED);
    expect(pair.state()).toEqual(pair.expected());
  });

  test('is copied whole to another database', () => {
    const pair = new Pair();
    for (let i = 0; i < 5000; i++) pair.run({ kind: 'push', front: false, value: `element ${i}`, times: 1 });
    const other = pair.keyspace.databases[1]!;
    const copy = pair.db.copy(pair.ref, other, Bytes.from('copy'));
    pair.ref = 0;
    pair.db.clear();
    expect(elements(other, copy)).toEqual(pair.oracle);
  });

  test('of a million elements of 16 bytes takes less than 20 bytes an element, and gives them back', () => {
    const keyspace = newKeyspace();
    const db = keyspace.databases[0]!;
    const element = Bytes.from('0123456789abcdef');
    let ref = listCreate(db, KEY);
    for (let i = 0; i < 1_000_000; i++) ref = listPush(db, ref, false, element);
    expect(keyspace.slab.reservedBytes).toBeLessThan(20_000_000);
    expect(recordBytes(keyspace)).toBeLessThan(19_000_000);
    db.remove(ref);
    keyspace.lazyFree.releaseAll();
    expect(keyspace.slab.reservedBytes).toBeLessThan(3_500_000);
  });
});

import { describe, expect, test } from '@jest/globals';
import { AccessClock } from '../../src/storage/access-clock.js';
import { Records } from '../../src/storage/record.js';
import { Slab } from '../../src/storage/slab.js';
import { seeded } from './seeded-random.js';

function fixture(): { clock: AccessClock; records: Records; ref: number } {
  const records = new Records(new Slab());
  const clock = new AccessClock(seeded(5));
  const ref = records.slab.alloc(32);
  return { clock, records, ref };
}

const MINUTE_MS = 60_000;

describe('AccessClock', () => {
  test('tells for how many seconds a record has not been used', () => {
    const { clock, records, ref } = fixture();
    clock.tick(1_000_000);
    records.writeHeader(ref, 1, 1, 0, clock.initial());
    clock.tick(1_042_000);
    expect(clock.idleSeconds(records.access(ref))).toBe(42);
    clock.touch(records, ref);
    expect(clock.idleSeconds(records.access(ref))).toBe(0);
    expect(records.keyLength(ref)).toBe(1);
  });

  test('the 24 bits of the clock wrap around without making a record look old', () => {
    const { clock, records, ref } = fixture();
    clock.tick((2 ** 24 - 10) * 1000);
    records.writeHeader(ref, 1, 1, 0, clock.initial());
    clock.tick((2 ** 24 + 10) * 1000);
    expect(clock.idleSeconds(records.access(ref))).toBe(20);
  });

  test('the frequency counter rises slower the higher it is, never above 255', () => {
    const { clock, records, ref } = fixture();
    clock.lfu = true;
    clock.tick(0);
    records.writeHeader(ref, 1, 1, 0, clock.initial());
    expect(clock.frequency(records.access(ref))).toBe(5);
    const after = [100, 1000, 100_000, 1_000_000].map((hits, i, all) => {
      for (let hit = all[i - 1] ?? 0; hit < hits; hit++) clock.touch(records, ref);
      return clock.frequency(records.access(ref));
    });
    // Redis's documentation for a factor of 10: 10 after 100 hits, 18 after 1,000, 142 after 100,000, 255 after 1M.
    expect(after[0]).toBeGreaterThan(6);
    expect(after[0]).toBeLessThan(14);
    expect(after[1]).toBeGreaterThan(12);
    expect(after[1]).toBeLessThan(26);
    expect(after[2]).toBeGreaterThan(120);
    expect(after[2]).toBeLessThan(165);
    expect(after[3]).toBe(255);
  });

  test('the frequency counter decays by one for every decay time that passes', () => {
    const { clock, records, ref } = fixture();
    clock.lfu = true;
    clock.tick(0);
    records.writeHeader(ref, 1, 1, 0, clock.fromFrequency(100));
    clock.tick(30 * MINUTE_MS);
    expect(clock.frequency(records.access(ref))).toBe(70);
    clock.lfuDecayMinutes = 10;
    expect(clock.frequency(records.access(ref))).toBe(97);
    clock.lfuDecayMinutes = 0;
    expect(clock.frequency(records.access(ref))).toBe(100);
    clock.lfuDecayMinutes = 1;
    clock.tick(1000 * MINUTE_MS);
    expect(clock.frequency(records.access(ref))).toBe(0);
  });
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../../src/bytes/bytes.js';
import { RdbWriter } from '../../../src/persistence/rdb/rdb-writer.js';
import { findAofSet } from '../../../src/persistence/toolkit/aof-set.js';
import { checkSet } from '../../../src/persistence/toolkit/check.js';
import { salvage } from '../../../src/persistence/toolkit/salvage.js';
import type { SalvageResult } from '../../../src/persistence/toolkit/salvage-output.js';
import type { RecordJudge } from '../../../src/persistence/toolkit/salvage-records.js';
import { checksummed, latin1, readAll, resp } from '../aof/aof-bytes.js';
import { BufferSink, record } from '../rdb/rdb-file.js';
import { hasRedis, RedisProcess, removeDirectories, temporaryDirectory } from '../redis-process.js';

afterAll(removeDirectories);

interface Salvaged {
  result: SalvageResult;
  records: string[][];
  files: string[];
}

async function salvaged(bytes: Buffer, judge: Partial<RecordJudge> = {}): Promise<Salvaged> {
  const directory = temporaryDirectory();
  const path = join(directory, 'redis.aof');
  writeFileSync(path, bytes);
  const result = await salvage(findAofSet(path), join(directory, 'out'), {
    keysOf: () => [1],
    objection: () => null,
    ...judge,
  });
  const files = join(directory, 'out', 'appendonlydir');
  const read = readAll(readFileSync(join(files, 'redis.aof.1.incr.aof')));
  if (read.reader.damage !== null) throw new Error(read.reader.damage.reason);
  for (const { quarantine, start, end } of result.lost) {
    if (!readFileSync(quarantine).equals(bytes.subarray(start, end))) throw new Error('quarantine differs');
  }
  return { result, records: read.records, files: readdirSync(files) };
}

const RECORDS = Array.from({ length: 40 }, (_, i) => [
  'SET',
  `key:${i}`,
  i % 7 === 0 ? resp('DEL', 'all') : `value ${i}`,
]);
const PLAIN = RECORDS.map((args) => resp(...args));

test('everything is kept of a sound file', async () => {
  const { result, records } = await salvaged(latin1(PLAIN.join('')));
  expect(records).toEqual(RECORDS);
  expect(result.lost).toEqual([]);
});

test('one destroyed record is put aside and all others are kept', async () => {
  const parts = [...PLAIN];
  parts[10] = '*3\r\n$3\r\nSET\r\n\0\0\0\0garbage\0\0\r\n';
  const { result, records } = await salvaged(latin1(parts.join('')));
  expect(records).toEqual(RECORDS.filter((_, i) => i !== 10));
  expect(result.lost).toMatchObject([
    { keysBefore: ['key:7', 'key:8', 'key:9'], keysAfter: ['key:11', 'key:12', 'key:13'] },
  ]);
});

test('a command inside a value never becomes a record, though the header of its value is destroyed', async () => {
  const inner = resp('FLUSHALL') + resp('SET', 'bad', 'idea');
  const bytes =
    PLAIN.slice(0, 3).join('') +
    resp('SET', 'k', inner).replace('*3\r\n$3\r\nSET', '*3\r\n$x\r\nSET') +
    PLAIN[3]! +
    PLAIN[4]!;
  const names = (await salvaged(latin1(bytes))).records.map(([name, key]) => `${name} ${key}`);
  expect(names).toEqual(['SET key:0', 'SET key:1', 'SET key:2', 'SET key:3', 'SET key:4']);
});

test('one record or two between two damages are kept', async () => {
  for (const alone of [1, 2]) {
    const parts = [...PLAIN];
    parts[9] = parts[9]!.slice(0, 12);
    parts[10 + alone] = parts[10 + alone]!.slice(12);
    const { records } = await salvaged(latin1(parts.join('')));
    expect(records).toEqual(RECORDS.filter((_, i) => i !== 9 && i !== 10 + alone));
  }
});

test('a record in front of a value that leads beyond the end of the file is kept', async () => {
  const text = PLAIN[0]! + 'garbage' + PLAIN[1]! + '*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$9999\r\nyyy';
  expect((await salvaged(latin1(text))).records).toEqual([RECORDS[0], RECORDS[1]]);
});

test('one record or two that a value reaches around stay in quarantine', async () => {
  const inner = resp('SET', 'a', 1) + resp('DEL', 'b') + 'xx';
  const value = resp('SET', 'k', inner).replace('*3\r\n$3\r\nSET', '*3\r\n$x\r\nSET');
  const text = PLAIN[1]! + value + PLAIN.slice(2, 20).join('');
  const { records } = await salvaged(latin1(text));
  expect(records).toEqual(RECORDS.slice(1, 20));
});

test('a command without keys between two damages is not taken for a record', async () => {
  const text = `${PLAIN[1]!}garbage${resp('FLUSHALL')}garbage${PLAIN.slice(2, 20).join('')}`;
  const { records } = await salvaged(latin1(text), { keysOf: ({ count }) => (count > 1 ? [1] : []) });
  expect(records).toEqual(RECORDS.slice(1, 20));
});

test('records are kept in front of a newline that no value ends with', async () => {
  const text = `garbage${PLAIN.slice(1, 6).join('')}\r\ngarbage${PLAIN.slice(8, 20).join('')}`;
  expect((await salvaged(latin1(text))).records).toEqual([...RECORDS.slice(1, 6), ...RECORDS.slice(8, 20)]);
});

test('a stretch that its checksum confirms is kept where it came to stand behind another annotation', async () => {
  const whole = checksummed(PLAIN[1]!, PLAIN[2]!, PLAIN[3]!, PLAIN[4]!).toString('latin1');
  const third = whole.indexOf(PLAIN[3]!);
  const moved = whole.slice(
    whole.lastIndexOf('#CRC', third),
    whole.indexOf('\n', third + PLAIN[3]!.length) + 1,
  );
  const { records } = await salvaged(latin1(whole.replace(PLAIN[2]!, '').replace(moved, moved + moved)));
  expect(records).toContainEqual(RECORDS[1]);
  expect(records).toContainEqual(RECORDS[3]);
  expect(records).toContainEqual(RECORDS[4]);
});

test('of a stretch with the half of a transaction nothing is kept that its checksum does not confirm', async () => {
  const stretch = PLAIN[1]! + PLAIN[2]! + resp('EXEC');
  const bytes = checksummed(stretch, PLAIN[3]!);
  expect((await salvaged(bytes)).records).toEqual(RECORDS.slice(1, 4));
  bytes[bytes.indexOf('value 2')]! ^= 2;
  expect((await salvaged(bytes)).records).toEqual([RECORDS[3]]);
});

test('with checksums a stretch with an altered value is put aside as a whole, and moved stretches are kept', async () => {
  const batches = [PLAIN.slice(0, 5), PLAIN.slice(5, 10), PLAIN.slice(10, 15), PLAIN.slice(15, 20)].map(
    (batch) => batch.join(''),
  );
  const bytes = checksummed(...batches);
  bytes[bytes.indexOf('value 6')]! ^= 2;
  expect((await salvaged(bytes)).records).toEqual([...RECORDS.slice(0, 5), ...RECORDS.slice(10, 20)]);
  const whole = checksummed(...batches).toString('latin1');
  const gone = whole.replace(batches[1]!, '').replace(/(#CRC[^\n]*\n)#CRC[^\n]*\n/, '$1');
  expect((await salvaged(latin1(gone))).records).toEqual([...RECORDS.slice(0, 5), ...RECORDS.slice(10, 20)]);
});

test('commands of a transaction whose other half is lost are kept, MULTI and EXEC are not', async () => {
  const text =
    resp('MULTI') +
    PLAIN[1]! +
    'garbage\r\n' +
    PLAIN[2]! +
    resp('EXEC') +
    PLAIN[3]! +
    PLAIN[4]! +
    resp('MULTI') +
    PLAIN[5]!;
  const { records, result } = await salvaged(latin1(text));
  expect(records).toEqual([RECORDS[1], RECORDS[2], RECORDS[3], RECORDS[4], RECORDS[5]]);
  expect(result.transactionsOpened).toBe(3);
});

test('of an RDB part the keys before its damage are kept', async () => {
  const sink = new BufferSink();
  const writer = new RdbWriter(sink, { compression: false });
  const meta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };
  for (let i = 0; i < 20; i++) writer.string(Bytes.from(`key:${i}`), Bytes.from(`text ${i}`), meta);
  writer.finish();
  const rdb = sink.bytes;
  // The type byte of the eleventh key.
  rdb[rdb.indexOf('key:10') - 2] = 99;
  const { result, records, files } = await salvaged(Buffer.concat([rdb, latin1(PLAIN.join(''))]));
  expect(result.snapshotKeys).toBe(10);
  expect(records).toEqual(RECORDS);
  const base = readFileSync(join(result.directory, 'appendonlydir', 'redis.aof.1.base.rdb'));
  expect([...record(base).keys.keys()]).toEqual(Array.from({ length: 10 }, (_, i) => `0:key:${i}`));
  expect(files).toContain('redis.aof.manifest');
});

/** Damages of all kinds, each between two offsets of the file. */
const damage = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'insert', 'delete', 'zero', 'swap'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 200 }),
  byte: fc.integer({ min: 1, max: 255 }),
});

function damaged(
  bytes: Buffer,
  { kind, at, length, byte }: { kind: string; at: number; length: number; byte: number },
): Buffer {
  const from = Math.floor(at * (bytes.length - 1));
  const to = Math.min(bytes.length, from + length);
  const rest = bytes.subarray(to);
  if (kind === 'cut') return bytes.subarray(0, from);
  if (kind === 'insert')
    return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(length, byte), bytes.subarray(from)]);
  if (kind === 'delete') return Buffer.concat([bytes.subarray(0, from), rest]);
  if (kind === 'zero') return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(to - from), rest]);
  if (kind === 'swap') return Buffer.concat([rest, bytes.subarray(0, to)]);
  const flipped = Buffer.from(bytes);
  flipped[from]! ^= byte;
  return flipped;
}

test('whatever is damaged, nothing crashes, no record is invented, and with checksums the damage is found', async () => {
  const bytes = checksummed(...Array.from({ length: 8 }, (_, i) => PLAIN.slice(5 * i, 5 * i + 5).join('')));
  const known = new Set(RECORDS.map((args) => args.join('\0')));
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'in'));
  const path = join(directory, 'in', 'redis.aof');
  await fc.assert(
    fc.asyncProperty(damage, async (change) => {
      const altered = damaged(bytes, change);
      if (altered.equals(bytes)) return;
      writeFileSync(path, altered);
      const { records } = await salvaged(altered);
      for (const args of records) expect(known).toContain(args.join('\0'));
      const { status, files } = await checkSet(findAofSet(path));
      // A cut between two stretches leaves a sound file.
      const shorter = change.kind === 'cut' || change.kind === 'delete';
      expect(status !== 'sound' || (shorter && bytes.subarray(0, files[0]!.bytes).equals(altered))).toBe(
        true,
      );
    }),
    { numRuns: 1000, interruptAfterTimeLimit: 20_000, endOnFailure: true },
  );
}, 120_000);

(hasRedis() ? describe : describe.skip)('with redis-server', () => {
  test('it loads what was saved', async () => {
    const parts = [...PLAIN];
    parts[3] = '*3\r\n$3\r\nSET\r\n\0\0';
    const { result } = await salvaged(latin1(parts.join('')));
    const redis = await RedisProcess.start(
      result.directory,
      '--appendonly',
      'yes',
      '--appendfilename',
      'redis.aof',
    );
    expect(await redis.client.dbsize()).toBe(39);
    await redis.stop();
  }, 60_000);
});

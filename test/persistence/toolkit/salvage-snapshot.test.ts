import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Bytes } from '../../../src/bytes/bytes.js';
import { RdbWriter } from '../../../src/persistence/rdb/rdb-writer.js';
import { findAofSet } from '../../../src/persistence/toolkit/aof-set.js';
import { salvage } from '../../../src/persistence/toolkit/salvage.js';
import { latin1, readAll, resp } from '../aof/aof-bytes.js';
import { BufferSink, record } from '../rdb/rdb-file.js';
import { removeDirectories, temporaryDirectory } from '../redis-process.js';

afterAll(removeDirectories);

const RECORDS = Array.from({ length: 40 }, (_, i) => ['SET', `key:${i}`, `value ${i}`]);
const TAIL = RECORDS.map((args) => resp(...args)).join('');
/** What a reader that has lost its way would take for records. */
const TRAP = resp('FLUSHALL') + resp('SET', 'trap', 1) + resp('DEL', 'key:1') + resp('SET', 'trap', 2);
const META = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };

function preamble(values: readonly string[], library = ''): Buffer {
  const sink = new BufferSink();
  const writer = new RdbWriter(sink, { compression: false, version: 12 });
  if (library !== '') writer.functionLibrary(Bytes.from(library));
  values.forEach((value, i) => writer.string(Bytes.from(`rdb:${i}`), Bytes.from(value), META));
  writer.hashStart(Bytes.from('hash'), 1, META);
  writer.hashField(Bytes.from('field'), Bytes.from('1'), 4_102_444_800_000);
  writer.end();
  writer.finish();
  return sink.bytes;
}

async function salvaged(bytes: Buffer): Promise<{ records: string[][]; base: ReturnType<typeof record> }> {
  const directory = temporaryDirectory();
  const path = join(directory, 'redis.aof');
  writeFileSync(path, bytes);
  await salvage(findAofSet(path), join(directory, 'out'), { keysOf: () => [1], objection: () => null });
  const files = join(directory, 'out', 'appendonlydir');
  return {
    records: readAll(readFileSync(join(files, 'redis.aof.1.incr.aof'))).records,
    base: record(readFileSync(join(files, 'redis.aof.1.base.rdb'))),
  };
}

test('records are kept that an RDB part swallows because a length in it was altered', async () => {
  const rdb = preamble(['one', 'two', 'three']);
  // The length of a key becomes 900: the reader takes the end mark and most of the records for its name.
  const at = rdb.indexOf('rdb:1') - 1;
  const long = Buffer.concat([rdb.subarray(0, at), Buffer.from([0x43, 0x84]), rdb.subarray(at + 1)]);
  const { records, base } = await salvaged(Buffer.concat([long, latin1(TAIL)]));
  expect(records).toEqual(RECORDS);
  expect([...base.keys.keys()]).toEqual(['0:rdb:0']);
});

test('records are kept that follow an RDB part whose end mark is gone', async () => {
  const rdb = preamble(['one', 'two', 'three']);
  const torn = rdb.subarray(0, rdb.indexOf('rdb:2') + 3);
  expect((await salvaged(Buffer.concat([torn, latin1(TAIL)]))).records).toEqual(RECORDS);
});

test('a record that was the second half of a transaction is kept behind a torn RDB part', async () => {
  const rdb = preamble(['one', 'two']);
  const torn = rdb.subarray(0, rdb.indexOf('rdb:1'));
  const { records } = await salvaged(
    Buffer.concat([torn, latin1(resp('SET', 'a', 1) + resp('EXEC') + TAIL)]),
  );
  expect(records).toEqual([['SET', 'a', '1'], ...RECORDS]);
});

test('commands inside a value of a damaged RDB part do not become records', async () => {
  const rdb = preamble(['one', TRAP, 'three']);
  const damaged = Buffer.concat([rdb, latin1(TAIL)]);
  // The type of a key before the value.
  damaged[damaged.indexOf('rdb:0') - 2] = 99;
  expect((await salvaged(damaged)).records).toEqual(RECORDS);
});

test('commands at the beginning of a value that lost its end do not become records', async () => {
  const value = resp('SET', 'k', TRAP.repeat(3));
  const cut = value.slice(0, -7);
  const { records } = await salvaged(Buffer.concat([preamble(['one']), latin1(cut + TAIL)]));
  expect(records).toEqual(RECORDS);
  const atEnd = await salvaged(Buffer.concat([preamble(['one']), latin1(TAIL + cut)]));
  expect(atEnd.records).toEqual(RECORDS);
});

test('function libraries and expire times of fields are kept of a damaged RDB part', async () => {
  const library = '#!lua name=kept\nreturn 1';
  const rdb = preamble(['one'], library);
  rdb[rdb.indexOf('field') + 6]! ^= 1;
  const { base, records } = await salvaged(Buffer.concat([rdb, latin1(TAIL)]));
  expect(records).toEqual(RECORDS);
  expect(JSON.stringify([...base.keys])).toContain('4102444800000');
  expect(JSON.stringify(base)).toContain('name=kept');
});

test('all keys are kept of an RDB part whose first bytes were altered', async () => {
  const rdb = preamble(['one', 'two']);
  for (const [at, byte] of [
    [0, 'r'],
    [3, '\n'],
    [7, '9'],
    [8, 'x'],
  ] as const) {
    const altered = Buffer.from(rdb);
    altered.write(byte, at, 'latin1');
    const { base, records } = await salvaged(Buffer.concat([altered, latin1(TAIL)]));
    expect([...base.keys.keys()]).toEqual(['0:rdb:0', '0:rdb:1', '0:hash']);
    expect(records).toEqual(RECORDS);
  }
});

test('an RDB part that is destroyed from its first bytes on makes no key, and the records behind it are kept', async () => {
  const rdb = preamble(['one', 'two']);
  rdb.fill(0x55, 7, 30);
  const { base, records } = await salvaged(Buffer.concat([rdb, latin1(TAIL)]));
  expect([...base.keys.keys()]).toEqual([]);
  expect(records).toEqual(RECORDS);
});

test('the records behind the end mark are kept, although others lead to the end of the file behind a byte like it', async () => {
  const rdb = preamble(['one', 'two']);
  rdb[rdb.indexOf('rdb:1') - 2] = 99;
  const tail = Buffer.concat([
    latin1(TAIL),
    Buffer.from([255]),
    latin1('garbage!'),
    latin1(resp('DEL', 'a')),
  ]);
  const { records } = await salvaged(Buffer.concat([rdb, tail]));
  expect(records).toEqual([...RECORDS, ['DEL', 'a']]);
});

test('an expire time that came to stand before the end mark does not hinder', async () => {
  const rdb = preamble(['one', 'two']);
  const end = rdb.length - 9;
  const altered = Buffer.concat([rdb.subarray(0, end), Buffer.from([0xfd, 1, 2, 3, 4]), rdb.subarray(end)]);
  const { base, records } = await salvaged(Buffer.concat([altered, latin1(TAIL)]));
  expect([...base.keys.keys()]).toEqual(['0:rdb:0', '0:rdb:1', '0:hash']);
  expect(records).toEqual(RECORDS);
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestBuilder } from '../../src/persistence/aof/request-builder.js';
import { ReplyWriter } from '../../src/protocol/reply-writer.js';
import { Session, SessionFlag } from '../../src/server/clients/session.js';
import { AofLoader, LoadProgress } from '../../src/server/persistence/aof-loader.js';
import { Snapshot } from '../../src/server/persistence/snapshot.js';
import { commandFile, rdbFile } from '../../src/server/persistence/snapshot-file.js';
import { Server } from '../../src/server/server.js';
import { seeded } from '../storage/seeded-random.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-snapshot-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A server without a port, and a session that runs commands in it at once. */
class Data {
  readonly server = new Server({ databases: 4, shards: 4, 'enable-debug-command': 'yes' });
  private readonly reply = new ReplyWriter();
  private readonly session = new Session(this.server, this.reply, 1);
  private readonly builder = new RequestBuilder();

  constructor() {
    this.session.flags = SessionFlag.LOADER;
  }

  run(...argv: readonly (string | number)[]): string {
    const [name, ...rest] = argv.map(String);
    this.builder.start(name!);
    for (const argument of rest) this.builder.text(argument);
    this.reply.reset();
    this.server.dispatcher.dispatch(this.session, this.builder.finish());
    const { buffer, start, position } = this.reply;
    return buffer.subarray(start, position).toString('latin1');
  }

  select(database: number): void {
    this.session.select(database);
  }

  /** Of everything, and what DEBUG DIGEST leaves out: when fields expire. */
  get digest(): string {
    const fields = Array.from({ length: SIZE }, (_, i) => `field:${i}`);
    const times = [0, 2].flatMap((database) => {
      this.select(database);
      return ['timed', 'hash'].map((key) => this.run('HPEXPIRETIME', key, 'FIELDS', SIZE, ...fields));
    });
    return this.run('DEBUG', 'DIGEST') + createHash('sha1').update(times.join()).digest('hex');
  }

  get pending(): number {
    return this.server.keyspace.lazyFree.pending;
  }

  get liveBytes(): number {
    this.server.keyspace.lazyFree.releaseAll();
    return this.server.keyspace.slab.liveBytes;
  }
}

const LARGE = ['hash', 'timed', 'set', 'zset', 'list', 'stream'];
const SIZE = 1000;

/** Large and small values of every type in two databases. */
function fill(data: Data, size = SIZE): void {
  for (const database of [0, 2]) {
    data.select(database);
    for (let i = 0; i < size; i++) {
      data.run('HSET', 'hash', `field:${i}`, `value:${i}`);
      data.run('HSET', 'timed', `field:${i}`, i);
      if (i % 3 === 0) data.run('HPEXPIREAT', 'timed', 9_000_000_000_000 + i, 'FIELDS', 1, `field:${i}`);
      data.run('SADD', 'set', `member:${i}`);
      data.run('ZADD', 'zset', i % 97, `member:${i}`);
      data.run('RPUSH', 'list', `element:${i}:${'x'.repeat(i % 200)}`);
      data.run('XADD', 'stream', `${i + 1}-0`, 'field', i, 'other', 'x');
    }
    data.run('XGROUP', 'CREATE', 'stream', 'group', 0);
    data.run('XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', size / 2, 'STREAMS', 'stream', '>');
    for (let i = 0; i < 60; i++) {
      data.run('SET', `string:${i}`, i);
      data.run('HSET', `small:${i}`, 'f', i);
      data.run('RPUSH', `short:${i}`, 'a', 'b');
    }
    data.run('PEXPIREAT', 'zset', 9_000_000_000_000);
    data.run('PEXPIREAT', 'string:7', 9_000_000_000_000);
  }
}

type Random = (below: number) => number;

/** One command that changes something, of as many kinds as there are ways to change a large value. */
function change(data: Data, random: Random, size = SIZE): void {
  data.select(random(4) === 0 ? 2 : 0);
  const i = random(size + 200);
  const key = LARGE[random(LARGE.length)]!;
  const index = random(size);
  const changes: (() => void)[] = [
    () => data.run('HSET', 'hash', `field:${i}`, `changed:${random(1000)}`),
    () => data.run('HDEL', 'hash', `field:${i}`),
    () => data.run('HINCRBY', 'timed', `field:${i}`, 3),
    () => data.run('HPEXPIREAT', 'timed', 9_100_000_000_000 + i, 'FIELDS', 1, `field:${i}`),
    () => data.run('HPERSIST', 'timed', 'FIELDS', 1, `field:${i}`),
    () => data.run('HPEXPIREAT', 'hash', 9_100_000_000_000 + i, 'FIELDS', 1, `field:${i}`),
    () => data.run('HDEL', 'timed', `field:${i}`),
    () => data.run('SADD', 'set', `member:${i}`, `new:${i}`),
    () => data.run('SREM', 'set', `member:${i}`),
    () => data.run('SPOP', 'set', 20),
    () => data.run('ZADD', 'zset', random(100), `member:${i}`),
    () => data.run('ZINCRBY', 'zset', 1000, `member:${i}`),
    () => data.run('ZREM', 'zset', `member:${i}`),
    () => data.run('ZPOPMIN', 'zset', 20),
    () => data.run('LPUSH', 'list', `pushed:${i}`, 'y'.repeat(300)),
    () => data.run('RPUSH', 'list', `pushed:${i}`),
    () => data.run('LPOP', 'list', 30),
    () => data.run('RPOP', 'list', 30),
    () => data.run('LSET', 'list', index >> 2, 'z'.repeat(random(400))),
    () => data.run('LINSERT', 'list', 'BEFORE', `element:${index}:${'x'.repeat(index % 200)}`, 'inserted'),
    () => data.run('LREM', 'list', 1, `element:${index}:${'x'.repeat(index % 200)}`),
    () => data.run('LTRIM', 'list', 5, -5),
    () => data.run('XADD', 'stream', '*', 'field', i, 'third', 'z'),
    () => data.run('XDEL', 'stream', `${i + 1}-0`),
    () => data.run('XTRIM', 'stream', 'MAXLEN', size - random(300)),
    () => data.run('XACK', 'stream', 'group', `${i + 1}-0`),
    () => data.run('XREADGROUP', 'GROUP', 'group', `c${random(3)}`, 'COUNT', 5, 'STREAMS', 'stream', '>'),
    () => data.run('SET', `string:${random(80)}`, 'changed'),
    () => data.run('HSET', `small:${random(80)}`, 'f', 'changed', 'g', 'new'),
    () => data.run('DEL', `short:${random(60)}`),
    () => data.run('PEXPIREAT', `small:${random(60)}`, 9_200_000_000_000),
    () => data.run('PERSIST', 'zset'),
  ];
  changes[random(changes.length)]!();
  if (random(60) !== 0) return;
  const whole: (() => void)[] = [
    () => data.run('DEL', key),
    () => data.run('UNLINK', key),
    () => data.run('SET', key, 'string'),
    () => data.run('RENAME', key, `renamed:${random(5)}`),
    () => data.run('RENAME', `renamed:${random(5)}`, key),
    () => data.run('COPY', key, `copied:${random(5)}`, 'REPLACE'),
    () => data.run('MOVE', key, 1),
    () => data.run('PEXPIREAT', key, 1),
    () => data.run('SDIFFSTORE', 'set', 'set', 'nothing'),
    () => data.run('ZUNIONSTORE', 'zset', 2, 'zset', 'set'),
    () => data.run('SWAPDB', 0, 2),
  ];
  whole[random(whole.length)]!();
}

/** Steps whose slices end as early as they can. */
function shortSlices(): () => number {
  let ms = 0;
  return () => ms++;
}

const FORMS = ['rdb', 'aof'] as const;

/** Loads a file into another server; its digest. */
function digestOf(path: string): string {
  const loaded = new Data();
  loaded.server.keyspace.expirePaused = () => true;
  new AofLoader(loaded.server, new LoadProgress(0, 0)).load(path, false);
  return loaded.digest;
}

describe.each(FORMS)('a picture written slice by slice (%s)', (form) => {
  const begin = (data: Data, path: string) =>
    form === 'rdb' ? rdbFile(data.server, path, false) : commandFile(data.server, path);

  test.each([1, 2])('is of its moment, whatever changes meanwhile (seed %i)', (seed) => {
    const number = seeded(seed * 7919);
    const random: Random = (below) => Math.floor(number() * below);
    const data = new Data();
    fill(data);
    const before = data.digest;
    const path = join(directory, `dump.${form}`);
    const file = begin(data, path);
    const snapshot = new Snapshot(data.server.keyspace, file, false);
    const clock = shortSlices();
    let steps = 0;
    for (let i = random(50); i > 0; i--) change(data, random);
    while (snapshot.step(clock)) {
      steps++;
      for (let i = random(12); i > 0; i--) change(data, random);
      data.server.keyspace.lazyFree.step(random(3000) + 1);
    }
    snapshot.close();
    file.finish();
    file.commit();
    expect(steps).toBeGreaterThan((2 * LARGE.length * SIZE) / 1000);
    expect(data.digest).not.toBe(before);
    expect(digestOf(path)).toBe(before);
  });

  test('of values that are all removed meanwhile is complete, and all memory comes back', () => {
    const data = new Data();
    const empty = data.liveBytes;
    fill(data);
    const before = data.digest;
    const path = join(directory, `dump.${form}`);
    const file = begin(data, path);
    const snapshot = new Snapshot(data.server.keyspace, file, false);
    const clock = shortSlices();
    for (let i = 0; i < 5; i++) snapshot.step(clock);
    for (const database of [0, 2]) {
      data.select(database);
      for (const key of LARGE) data.run('UNLINK', key);
      for (let i = 0; i < 60; i++) data.run('UNLINK', `string:${i}`, `small:${i}`, `short:${i}`);
    }
    expect(data.server.keyspace.size).toBe(0);
    data.server.keyspace.lazyFree.releaseAll();
    while (snapshot.step(clock));
    snapshot.close();
    file.finish();
    file.commit();
    expect(digestOf(path)).toBe(before);
    const indexes = data.server.keyspace.databases.reduce((sum, database) => sum + database.indexBytes, 0);
    expect(data.liveBytes - indexes).toBeLessThanOrEqual(empty);
    expect(data.server.keyspace.expiringHashes).toBe(0);
  });

  test('that is given up leaves nothing behind', () => {
    const number = seeded(99);
    const random: Random = (below) => Math.floor(number() * below);
    const data = new Data();
    fill(data);
    const before = data.digest;
    const live = data.liveBytes;
    const file = begin(data, join(directory, `dump.${form}`));
    const snapshot = new Snapshot(data.server.keyspace, file, false);
    const clock = shortSlices();
    for (let i = 0; i < 5; i++) snapshot.step(clock);
    data.select(0);
    for (const key of LARGE) data.run('PERSIST', key);
    data.run('PEXPIREAT', 'zset', 9_000_000_000_000);
    snapshot.step(clock);
    snapshot.close();
    file.abandon();
    expect(data.digest).toBe(before);
    expect(data.liveBytes).toBe(live);
    expect(data.server.keyspace.slab.watch).toBeNull();
    for (let i = 0; i < 300; i++) change(data, random);
  });

  test('that cannot be kept ends, and the command that noticed goes on', () => {
    const data = new Data();
    fill(data);
    const file = begin(data, join(directory, `dump.${form}`));
    const snapshot = new Snapshot(data.server.keyspace, file, false);
    file.visitor.string = () => {
      throw new Error('No space left on device');
    };
    data.select(0);
    expect(data.run('APPEND', 'string:1', 'x')).toBe(':2\r\n');
    expect(() => snapshot.step(shortSlices())).toThrow('No space left on device');
    file.abandon();
    expect(data.server.keyspace.beforeWrite).toBeNull();
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { MredisProcess } from '../mredis-process.js';
import { RedisProcess, temporaryDirectory } from '../redis-process.js';

/** A file to damage; what stands before it in its set is left as it is. */
export interface Source {
  name: string;
  /** Sound files by name, the manifest among them; none of a single file. */
  files: ReadonlyMap<string, Buffer>;
  /** The file that is damaged. */
  target: string;
  bytes: Buffer;
}

/** Commands inside values are what a reader that has lost its way would take for records. */
const TRAP = '*1\r\n$8\r\nFLUSHALL\r\n*3\r\n$3\r\nSET\r\n$4\r\ntrap\r\n$1\r\n1\r\n';

/** Writes of every kind; each batch in one round trip, as clients do. */
async function fill(client: Redis): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const batch = client.pipeline();
    batch.set(`string:${i}`, `value ${i} `.repeat(1 + (i % 9)));
    batch.rpush(`list:${i % 7}`, i, 'x'.repeat(i));
    batch.sadd(`set:${i % 5}`, i, `member ${i}`);
    batch.zadd(`zset:${i % 5}`, i / 3, `member ${i}`);
    batch.hset(`hash:${i % 6}`, `field ${i}`, i, 'binary', Buffer.from([i, 0, 13, 10, 255]));
    batch.xadd(`stream:${i % 3}`, '*', 'n', i);
    if (i % 10 === 0) batch.set(`trap:${i}`, TRAP.repeat(4));
    if (i % 13 === 0) batch.pexpireat(`string:${i}`, 4_102_444_800_000);
    if (i % 17 === 0) batch.del(`string:${i - 1}`, `string:${i - 2}`);
    if (i === 30) batch.select(3);
    if (i === 45) batch.select(0);
    await batch.exec();
    if (i % 11 === 0) await client.multi().incr('counter').set('in a transaction', i).exec();
  }
  await client.set('large', 'y'.repeat(70_000));
  for (let i = 0; i < 40; i++) await client.set(`after:${i}`, i);
}

async function rewritten(client: Redis): Promise<void> {
  await client.bgrewriteaof();
  while (/aof_rewrite_(in_progress|scheduled):1/.test(await client.info('persistence')));
}

function filesIn(directory: string): Map<string, Buffer> {
  const path = join(directory, 'appendonlydir');
  return new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));
}

function source(name: string, files: Map<string, Buffer>, part: string): Source {
  const target = [...files.keys()].find((file) => file.includes(part));
  if (target === undefined) throw new Error(`${name}: no ${part} in ${[...files.keys()].join(', ')}`);
  return { name, files, target, bytes: files.get(target)! };
}

function single(name: string, bytes: Buffer): Source {
  return { name, files: new Map(), target: 'appendonly.aof', bytes };
}

/** Files of redis-server and of mredis, each filled and rewritten once on the way. */
export async function damageSources(): Promise<Source[]> {
  const options = ['--appendonly', 'yes', '--appendfilename', 'appendonly.aof'];
  const redisFiles = async (...more: string[]): Promise<Map<string, Buffer>> => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(directory, ...options, ...more);
    await fill(redis.client);
    await rewritten(redis.client);
    await fill(redis.client);
    await redis.stop();
    return filesIn(directory);
  };
  const plain = await redisFiles('--aof-use-rdb-preamble', 'no');
  const preamble = await redisFiles();
  const timestamps = await redisFiles('--aof-timestamp-enabled', 'yes', '--aof-use-rdb-preamble', 'no');
  const ours = async (checksum: string): Promise<Map<string, Buffer>> => {
    const directory = temporaryDirectory();
    const more = ['--appendfsync', 'always', '--aof-checksum', checksum];
    const mredis = await MredisProcess.start(directory, ...options, ...more);
    const client = new Redis(mredis.port, '127.0.0.1');
    await fill(client);
    await rewritten(client);
    await fill(client);
    client.disconnect();
    await mredis.end('SIGKILL');
    return filesIn(directory);
  };
  const checksums = await ours('yes');
  const none = await ours('no');
  const increment = (files: Map<string, Buffer>): Buffer => source('', files, '.incr.').bytes;
  return [
    single('redis, single', increment(plain)),
    source('redis, base of commands', plain, '.base.aof'),
    source('redis, increment', plain, '.incr.'),
    source('redis, RDB base', preamble, '.base.rdb'),
    single(
      'redis, RDB preamble',
      Buffer.concat([source('', preamble, '.base.rdb').bytes, increment(preamble)]),
    ),
    source('redis, timestamps', timestamps, '.incr.'),
    source('mredis, checksums', checksums, '.incr.'),
    single('mredis, checksums, single', increment(checksums)),
    source('mredis, no checksums', none, '.incr.'),
    source('mredis, base', none, '.base.'),
  ];
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Bytes } from '../../../src/bytes/bytes.js';
import { RdbWriter } from '../../../src/persistence/rdb/rdb-writer.js';
import { AofLoader, LoadProgress } from '../../../src/server/persistence/aof-loader.js';
import { Server } from '../../../src/server/server.js';
import { removeDirectories, temporaryDirectory } from '../redis-process.js';
import { BufferSink } from './rdb-file.js';

afterAll(removeDirectories);

test('sets whose key and member stand on both sides of a boundary of the read buffer are loaded', () => {
  const sink = new BufferSink();
  const writer = new RdbWriter(sink, { compression: false });
  const meta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };
  const keys = 600;
  for (let i = 0; i < keys; i++) {
    writer.setStart(Bytes.from(`set:${i}`), 1, meta);
    writer.setMember(Bytes.from(`member of ${i} `.repeat(300)));
    writer.end();
  }
  writer.finish();
  const path = join(temporaryDirectory(), 'dump.rdb');
  writeFileSync(path, sink.bytes);
  const server = new Server({ databases: 1, appendonly: false, save: [] });
  new AofLoader(server, new LoadProgress(0, 0)).load(path, false);
  const names = Array.from({ length: keys }, (_, i) =>
    server.keyspace.databases[0]!.find(Bytes.from(`set:${i}`)),
  );
  expect([server.keyspace.size, names.filter((ref) => ref === 0).length]).toEqual([keys, 0]);
});

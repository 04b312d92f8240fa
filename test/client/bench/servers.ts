import { spawnSync } from 'node:child_process';
import net from 'node:net';
import { describe } from '@jest/globals';
import { SpawnedServer } from '../../../src/client/bench/spawned-server.js';

const redisThere = spawnSync('redis-server', ['--version']).status === 0;
if (!redisThere) {
  if (process.env['CI'] === 'true')
    throw new Error('redis-server is not installed, and CI must not skip its tests');
  process.stderr.write('redis-server is not installed: tests that need it are skipped\n');
}

/** For tests that need a real redis-server. */
export const describeWithRedis: typeof describe = redisThere ? describe : (describe.skip as typeof describe);

export const REDIS = [
  'redis-server',
  '--port',
  '{port}',
  '--save',
  '',
  '--appendonly',
  'no',
  '--loglevel',
  'warning',
];

export async function withRedis<T>(
  use: (redis: SpawnedServer) => Promise<T>,
  ...options: string[]
): Promise<T> {
  const redis = await SpawnedServer.start([...REDIS, ...options]);
  try {
    return await use(redis);
  } finally {
    await redis.stop();
  }
}

/** A server that answers each chunk of bytes as `answer` says. */
export async function withServer<T>(
  answer: (chunk: Buffer, socket: net.Socket) => void,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      answer(chunk, socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  try {
    return await use(typeof address === 'object' && address !== null ? address.port : 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
}

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { promisify } from 'node:util';
import type { EngineFigures } from '../src/client/bench/engine-run.js';
import type { LoadResult } from '../src/client/bench/load-result.js';
import { meanInterval, ratioInterval } from '../src/client/bench/ratio-interval.js';
import { ServerProbe } from '../src/client/bench/server-probe.js';
import type { SpawnedServer } from '../src/client/bench/spawned-server.js';
import type { GeneratorFigures, Pair } from './figures.js';
import { CONFIDENCE, pairs } from './pairs.js';
import { bench, withServer } from './servers.js';

/** Resident memory of a process in bytes, as the kernel counts it. */
export async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) * 1024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) * 1024;
}

async function usedBytes(server: SpawnedServer): Promise<number> {
  const probe = await ServerProbe.open(server.address);
  const { usedMemoryBytes = NaN } = await probe.read();
  probe.close();
  return usedMemoryBytes;
}

/** SET of `keys` keys of 16 bytes with values of 32, each once. */
export function fill(server: SpawnedServer, keys: number): Promise<string> {
  const flags = [
    '--key-dist',
    'sequential',
    '--pipeline',
    '64',
    '--connections',
    '8',
    '--threads',
    '1',
    '--json',
  ];
  const size = ['--keys', String(keys), '--requests', String(keys), '--data-size', '32'];
  return bench([
    '--port',
    String(server.address.port),
    ...flags,
    ...size,
    'SET',
    'key:__rand_int__',
    '__data__',
  ]);
}

/** Bytes that a pair of 16 B + 32 B takes beyond these 48, by the server's count, and by the kernel's all in all. */
export function measureMemory(rounds: number, keys: number): Promise<Record<'overhead' | 'resident', Pair>> {
  return pairs(rounds, async (server) => {
    const before = { used: await usedBytes(server), resident: await residentBytes(server.pid) };
    await fill(server, keys);
    return {
      overhead: ((await usedBytes(server)) - before.used) / keys - 48,
      resident: ((await residentBytes(server.pid)) - before.resident) / keys,
    };
  });
}

/** Bytes of resident memory for one of many connections that have sent one PING and then nothing. */
export function measureIdleConnections(rounds: number, connections: number): Promise<Record<'idle', Pair>> {
  return pairs(rounds, async (server) => {
    const before = await residentBytes(server.pid);
    const sockets: net.Socket[] = [];
    for (let i = 0; i < connections; i += 100) {
      sockets.push(
        ...(await Promise.all(Array.from({ length: 100 }, () => idleConnection(server.address.port)))),
      );
    }
    const bytes = ((await residentBytes(server.pid)) - before) / connections;
    const alive = sockets.filter((socket) => !socket.destroyed).length;
    for (const socket of sockets) socket.destroy();
    if (alive < connections) throw new Error(`only ${alive} of ${connections} connections were held`);
    return { idle: bytes };
  });
}

function idleConnection(port: number): Promise<net.Socket> {
  return new Promise((settle, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.once('error', reject);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      if (reply.toString() === '+PONG\r\n') settle(socket);
      else reject(new Error(`a connection got ${JSON.stringify(reply.toString())}`));
    });
  });
}

/** From starting the process to its first PONG, in ms. */
export function measureColdStart(rounds: number): Promise<Record<'start', Pair>> {
  return pairs(rounds, (server) => Promise.resolve({ start: server.startMs }));
}

/** The longest that another client waits, at 200 requests a second, while the server grows to `keys` keys. In ms. */
export function measureGrowthStall(rounds: number, keys: number): Promise<Record<'stall', Pair>> {
  return pairs(rounds, async (server) => {
    const grown = new AbortController();
    const flags = ['--rate', '200', '--duration', '10m', '--connections', '4', '--threads', '1', '--json'];
    const watching = bench(['--port', String(server.address.port), ...flags, 'PING'], grown.signal);
    await fill(server, keys);
    grown.abort();
    // What `mredis bench --json` prints.
    const [result] = JSON.parse(await watching) as LoadResult[];
    return { stall: result?.latency.maxMs ?? NaN };
  });
}

export async function measureEngines(flags: readonly string[]): Promise<readonly EngineFigures[]> {
  return JSON.parse(
    await bench(['engine', '--confidence', String(CONFIDENCE), ...flags, '--json']),
  ) as EngineFigures[];
}

/** Our generator and redis-benchmark in turn on one redis-server, with the same settings. */
export async function measureGenerator(
  rounds: number,
  pipeline: number,
  requests: number,
): Promise<GeneratorFigures> {
  return withServer('redis', async ({ address: { port } }) => {
    const settings = [
      '-c',
      '50',
      '-P',
      String(pipeline),
      '-n',
      String(requests),
      '-r',
      '100000',
      '-p',
      String(port),
    ];
    const theirs = async (): Promise<number> => {
      const { stdout } = await promisify(execFile)('redis-benchmark', [...settings, '-t', 'set', '--csv']);
      return Number(/^"SET","([\d.]+)"/m.exec(stdout)?.[1] ?? NaN);
    };
    const ours = async (): Promise<LoadResult> => {
      const [result] = JSON.parse(await bench([...settings, '-t', 'set', '--json'])) as LoadResult[];
      if (result === undefined) throw new Error('mredis bench printed no result');
      return result;
    };
    await theirs();
    const ratios: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = await theirs();
      const runs = [await ours(), await ours()];
      const after = await theirs();
      cpu.push(...runs.map((run) => run.generatorCpuUsPerRequest));
      const rates = runs.reduce((product, run) => product * run.requestsPerSecond, 1);
      ratios.push(Math.sqrt(rates / (before * after)));
    }
    const { ratio, low, high } = ratioInterval(ratios, CONFIDENCE);
    return { ratio, low, high, cpuUsPerRequest: meanInterval(cpu, CONFIDENCE) };
  });
}

import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadResult } from '../src/client/bench/load-result.js';
import type { SpawnedServer } from '../src/client/bench/spawned-server.js';
import { Feed, request } from './feed.js';
import type { Pair } from './figures.js';
import { pairs } from './pairs.js';
import { bench } from './servers.js';

const ELEMENTS = 100_000;
const BIG_READS = {
  smembers: { add: (name: string) => request('SADD', 'big', name), read: ['SMEMBERS', 'big'] },
  hgetall: { add: (name: string) => request('HSET', 'big', name, name), read: ['HGETALL', 'big'] },
  zrange: { add: (name: string) => request('ZADD', 'big', '1', name), read: ['ZRANGE', 'big', '0', '-1'] },
} as const;
type BigRead = keyof typeof BIG_READS;

/** 99th percentile of 50 clients that GET while another one reads 100,000 elements again and again. In ms. */
export function measureBigReads(rounds: number, seconds: number): Promise<Record<BigRead, Pair>> {
  return pairs(rounds, async (server) => {
    const p99: Partial<Record<BigRead, number>> = {};
    for (const name of Object.keys(BIG_READS) as BigRead[]) {
      const { add, read } = BIG_READS[name];
      const feed = await Feed.open(server.address.port);
      await feed.send(1, () => request('DEL', 'big'));
      await feed.send(ELEMENTS, (i) => add(`element:${i}`));
      feed.close();
      p99[name] = await besides(server, read, async (port) => {
        const flags = ['--tests', 'get', '--keys', '10000', '--duration', String(seconds), '--warmup', '0.3'];
        // What `mredis bench --json` prints.
        const [result] = JSON.parse(
          await bench(['--port', port, ...flags, '--threads', '1', '--json']),
        ) as LoadResult[];
        return result?.latency.p99Ms ?? NaN;
      });
    }
    return p99 as Record<BigRead, number>;
  });
}

/** Runs `use` while one connection sends `command` as often as it is answered. */
async function besides<T>(
  server: SpawnedServer,
  command: readonly string[],
  use: (port: string) => Promise<T>,
): Promise<T> {
  const port = String(server.address.port);
  const used = new AbortController();
  const flags = ['--connections', '1', '--threads', '1', '--duration', '10m', '--json'];
  const reading = bench(['--port', port, ...flags, ...command], used.signal);
  try {
    return await use(port);
  } finally {
    used.abort();
    await reading;
  }
}

const SUBSCRIBERS = 100;
/** Publishes that are under way at once. */
const WINDOW = 50;
const MESSAGE = 'x'.repeat(100);

/** Messages that one publisher gets to 100 subscribers, a second. */
export function measurePublishing(rounds: number, messages: number): Promise<Record<'delivered', Pair>> {
  return pairs(rounds, async (server) => {
    const { port } = server.address;
    const subscribers = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => Counted.open(port)));
    await Promise.all(
      subscribers.map((one) =>
        one.ask(request('SUBSCRIBE', 'channel'), '*3\r\n$9\r\nsubscribe\r\n$7\r\nchannel\r\n:1\r\n'.length),
      ),
    );
    const publisher = await Counted.open(port);
    const publish = request('PUBLISH', 'channel', MESSAGE);
    const delivered = request('message', 'channel', MESSAGE).length;
    const answered = `:${SUBSCRIBERS}\r\n`.length;
    const send = async (count: number): Promise<void> => {
      const all = subscribers.map((one) => one.until(count * delivered));
      for (let i = 0; i < count; i += WINDOW) await publisher.ask(publish.repeat(WINDOW), WINDOW * answered);
      await Promise.all(all);
    };
    await send(messages / 10);
    const began = performance.now();
    await send(messages);
    const seconds = (performance.now() - began) / 1000;
    for (const one of [...subscribers, publisher]) one.close();
    return { delivered: (messages * SUBSCRIBERS) / seconds };
  });
}

/** GETs a second that both servers can serve. */
const SAME_RATE = '60000';

/**
 * 99th percentile of the time from LPUSH to the reply of a client that waits in BLPOP, in ms, while 50 others GET: as fast
 * as they are answered, and then at a rate that is the same for both servers.
 */
export async function measureWakeUps(
  rounds: number,
  times: number,
): Promise<Record<'wake-up' | 'wake-up-rate', Pair>> {
  return {
    'wake-up': await measureWakeUpsBeside([], rounds, times),
    'wake-up-rate': await measureWakeUpsBeside(['--rate', SAME_RATE], rounds, times),
  };
}

async function measureWakeUpsBeside(rate: readonly string[], rounds: number, times: number): Promise<Pair> {
  const { wait } = await pairs(rounds, async (server) => {
    const { port } = server.address;
    const loaded = new AbortController();
    const flags = ['--tests', 'get', '--keys', '10000', '--duration', '10m', '--threads', '1', '--json'];
    const load = bench(['--port', String(port), ...flags, ...rate], loaded.signal);
    const waiting = await Counted.open(port);
    const pushing = await Counted.open(port);
    await sleep(1_000);
    const waits: number[] = [];
    const reply = request('queue', 'job').length;
    // The first ones find a server whose code is being compiled, on the cores that the others need.
    for (let i = -times; i < times; i++) {
      const woken = waiting.ask(request('BLPOP', 'queue', '0'), reply);
      // The BLPOP was sent before this: at its reply it waits.
      await pushing.ask(request('PING'), '+PONG\r\n'.length);
      const began = performance.now();
      const pushed = pushing.ask(request('LPUSH', 'queue', 'job'), ':1\r\n'.length);
      await woken;
      if (i >= 0) waits.push(performance.now() - began);
      await pushed;
    }
    loaded.abort();
    await load;
    waiting.close();
    pushing.close();
    waits.sort((a, b) => a - b);
    return { wait: waits[Math.floor(waits.length * 0.99)] ?? NaN };
  });
  return wait;
}

/** A connection that counts the bytes that it gets: replies have known lengths here. */
class Counted {
  private missing = 0;
  private arrived: (() => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.missing -= chunk.length;
      if (this.missing <= 0) this.arrived?.();
    });
  }

  static async open(port: number): Promise<Counted> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await new Promise<void>((settle, reject) => {
      socket.once('connect', settle);
      socket.once('error', reject);
    });
    return new Counted(socket);
  }

  /** Resolves when so many bytes more have come. */
  until(bytes: number): Promise<void> {
    this.missing += bytes;
    return new Promise((settle) => (this.arrived = settle));
  }

  ask(text: string, bytes: number): Promise<void> {
    const answered = this.until(bytes);
    this.socket.write(text, 'latin1');
    return answered;
  }

  close(): void {
    this.socket.destroy();
  }
}

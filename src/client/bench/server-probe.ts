import { Redis } from 'ioredis';
import { addressText, type ServerAddress } from './load-plan.js';
import { connectFailure } from './resp-lane.js';

/** What INFO says about a server, as far as it says it. */
export interface ServerReading {
  readonly atMs: number;
  /** `redis 7.0.15`, `mredis 0.1.0`, … */
  readonly version: string | undefined;
  /** CPU time of the whole process, user and system, in ms. */
  readonly cpuMs: number | undefined;
  readonly usedMemoryBytes: number | undefined;
  readonly rssBytes: number | undefined;
  readonly keys: number | undefined;
}

const COMMAND_MS_MAX = 5_000;

/** A control connection beside the load: INFO, PING and the odd command of a preparation. */
export class ServerProbe {
  private constructor(private readonly client: Redis) {}

  /** Throws an Error that says why there is no connection, in redis-cli's words. */
  static async open(address: ServerAddress): Promise<ServerProbe> {
    const { host, port, path, username, password, db = 0 } = address;
    const client = new Redis({
      ...(path === undefined ? { host, port } : { path }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      db,
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: 10_000,
      disconnectTimeout: 100,
      commandTimeout: COMMAND_MS_MAX,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    let failure: NodeJS.ErrnoException | undefined;
    client.on('error', (error: NodeJS.ErrnoException) => (failure ??= error));
    try {
      await client.connect();
      return new ServerProbe(client);
    } catch (error) {
      client.disconnect();
      const cause = failure ?? (error as NodeJS.ErrnoException);
      // A reply such as WRONGPASS is the server's own word and needs no introduction.
      if (cause.code === undefined && /^[A-Z]+ /.test(cause.message))
        throw new Error(cause.message, { cause: error });
      throw new Error(`Could not connect to Redis at ${addressText(address)}: ${connectFailure(cause)}`, {
        cause: error,
      });
    }
  }

  /** Reads INFO; fields that the server does not give, or a server that does not answer in time, are undefined. */
  async read(): Promise<ServerReading> {
    const info = await this.client.info().catch(() => '');
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const number = (name: string): number | undefined => {
      const text = field(name);
      return text === undefined || text === '' ? undefined : Number(text);
    };
    const user = number('used_cpu_user');
    const system = number('used_cpu_sys');
    const own = field('mredis_version');
    const redis = field('redis_version');
    const keys = [...info.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
    return {
      atMs: performance.now(),
      version: own !== undefined ? `mredis ${own}` : redis !== undefined ? `redis ${redis}` : undefined,
      cpuMs: user === undefined || system === undefined ? undefined : (user + system) * 1000,
      usedMemoryBytes: number('used_memory'),
      rssBytes: number('used_memory_rss'),
      keys: info === '' ? undefined : keys,
    };
  }

  async call(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.client.call(name, ...args);
  }

  close(): void {
    this.client.disconnect();
  }
}

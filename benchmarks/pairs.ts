import { meanInterval } from '../src/client/bench/ratio-interval.js';
import type { SpawnedServer } from '../src/client/bench/spawned-server.js';
import type { Figure, Pair } from './figures.js';
import { SERVER_NAMES, withServer, type ServerName, type ServerOptions } from './servers.js';

export const CONFIDENCE = 0.95;

/** Measures both servers in turn, `rounds` times each on a fresh server, and gives each figure its interval. */
export async function pairs<Name extends string>(
  rounds: number,
  measure: (server: SpawnedServer, name: ServerName) => Promise<Record<Name, number>>,
  options: ServerOptions = [],
): Promise<Record<Name, Pair>> {
  const values: Record<ServerName, Record<Name, number>[]> = { redis: [], mredis: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? SERVER_NAMES : SERVER_NAMES.toReversed();
    for (const name of order) {
      const one = await withServer(name, (server) => measure(server, name), options);
      values[name].push(one);
    }
  }
  const names = Object.keys(values.redis[0] ?? {}) as Name[];
  const figure = (name: Name, server: ServerName): Figure =>
    meanInterval(
      values[server].map((one) => one[name]),
      CONFIDENCE,
    );
  const entries = names.map((name) => [
    name,
    { redis: figure(name, 'redis'), mredis: figure(name, 'mredis') },
  ]);
  return Object.fromEntries(entries) as Record<Name, Pair>;
}

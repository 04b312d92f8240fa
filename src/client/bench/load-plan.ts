import type { KeyDistribution } from './key-distribution.js';
import type { Operation } from './request-template.js';
import type { ValueSize } from './value-size.js';

/** Where a server is and how to introduce oneself. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Path of a unix socket; takes the place of host and port. */
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  /** Speak RESP3 (HELLO 3). */
  readonly resp3?: boolean;
}

/** Everything a generator thread needs to know; plain data, because it is sent to threads. */
export interface LoadPlan {
  readonly address: ServerAddress;
  /** `resp`: bytes on sockets. `ioredis`: what a Node program with that client would see. */
  readonly driver: 'resp' | 'ioredis';
  /** Over all threads. */
  readonly connections: number;
  /** Requests that a connection has under way at a time (ioredis: concurrent callers on a connection). */
  readonly pipeline: number;
  readonly threads: number;
  readonly operations: readonly Operation[];
  readonly valueSizes: readonly ValueSize[];
  /** Size of the key space; 0 for a single key. */
  readonly keys: number;
  readonly keyDistribution: KeyDistribution;
  readonly seed: number;
  /** Requests a second that are due whatever the server does (open loop); 0 for a closed loop. */
  readonly rate: number;
  readonly arrivals: 'even' | 'poisson';
  /** End after so many requests; 0 for none. One of `requests` and `seconds` is set. */
  readonly requests: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly rampSeconds: number;
  /** Connections that listen on a channel while the load runs; what reaches them is counted. */
  readonly subscribers: number;
  readonly channel: string;
}

/** A plan with redis-benchmark's defaults: 50 connections, no pipelining, values of 3 bytes, one key. */
export function loadPlan(given: Partial<LoadPlan> & Pick<LoadPlan, 'address' | 'operations'>): LoadPlan {
  return {
    driver: 'resp',
    connections: 50,
    pipeline: 1,
    threads: 1,
    valueSizes: [{ bytes: 3, weight: 1 }],
    keys: 0,
    keyDistribution: { kind: 'uniform' },
    seed: 1,
    rate: 0,
    arrivals: 'even',
    requests: 0,
    seconds: 0,
    warmupSeconds: 0,
    rampSeconds: 0,
    subscribers: 0,
    channel: 'bench',
    ...given,
  };
}

/** How many of `total` the thread `index` of `threads` takes. */
export function shareOf(total: number, index: number, threads: number): number {
  return Math.floor(total / threads) + (index < total % threads ? 1 : 0);
}

/** `host:port`, or the path of the unix socket. */
export function addressText(address: ServerAddress): string {
  return (
    address.path ?? (address.host.includes(':') ? `[${address.host}]` : address.host) + `:${address.port}`
  );
}

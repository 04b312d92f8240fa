import { request, type Feed } from './feed.js';

/** What grows while another client waits for its replies. */
export interface GrowthRow {
  readonly id: string;
  readonly title: string;
  /** Longest wait in ms. */
  readonly wantedMs: number;
  readonly count: number;
  readonly fill: (feed: Feed, count: number) => Promise<void>;
}

const name = (i: number): string => `key:${String(i).padStart(8, '0')}`;

export const GROWTH_ROWS: readonly GrowthRow[] = [
  {
    id: 'grow-set',
    title: 'a set grows to 1M members',
    wantedMs: 10,
    count: 1_000_000,
    fill: (feed, count) => feed.send(count, (i) => request('SADD', 'set', name(i))),
  },
  {
    id: 'grow-hash',
    title: 'a hash grows to 1M fields',
    wantedMs: 10,
    count: 1_000_000,
    fill: (feed, count) => feed.send(count, (i) => request('HSET', 'hash', name(i), name(i))),
  },
  {
    id: 'grow-zset',
    title: 'a sorted set grows to 1M members',
    wantedMs: 10,
    count: 1_000_000,
    fill: (feed, count) => feed.send(count, (i) => request('ZADD', 'zset', String(i % 7919), name(i))),
  },
  {
    id: 'grow-keyspace',
    title: 'the keyspace grows to 10M keys',
    wantedMs: 10,
    count: 10_000_000,
    fill: (feed, count) => feed.send(count, (i) => request('SET', name(i), name(i))),
  },
];

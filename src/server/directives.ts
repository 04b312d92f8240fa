import { boolean, integer, memory, oneOf, text } from './config-values.js';

const INT_MAX = 0x7fff_ffff;

/**
 * Every directive of redis.conf that mredis knows, with Redis 7's defaults unless a comment says why not. What is
 * listed in `IMMUTABLE` cannot be changed by CONFIG SET.
 */
export const DIRECTIVES = {
  bind: text('127.0.0.1 -::1'),
  port: integer(6379, 0, 65535),
  unixsocket: text(''),
  'tcp-backlog': integer(511, 0, INT_MAX),
  'tcp-keepalive': integer(300, 0, INT_MAX),
  timeout: integer(0, 0, INT_MAX),
  databases: integer(16, 1, INT_MAX),
  maxclients: integer(10_000, 1, 1_000_000),
  'protected-mode': boolean(true),
  requirepass: text(''),
  dir: text(''),
  hz: integer(10, 1, 500),
  maxmemory: memory(0),
  'maxmemory-policy': oneOf(
    'noeviction',
    'noeviction',
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
  ),
  'maxmemory-samples': integer(5, 1, INT_MAX),
  'hll-sparse-max-bytes': memory(3000),
  'lfu-log-factor': integer(10, 0, INT_MAX),
  'lfu-decay-time': integer(1, 0, INT_MAX),
  'proto-max-bulk-len': memory(512 * 1024 * 1024, 1024 * 1024),
  'client-query-buffer-limit': memory(1024 * 1024 * 1024, 1024 * 1024),
  appendonly: boolean(false),
  save: text(''),
  loglevel: oneOf('notice', 'debug', 'verbose', 'notice', 'warning', 'nothing'),
  /** Not Redis's: parts of each database's index. */
  shards: integer(16, 1, 1024),
  /** Not Redis's: bound on the keys of one shard, the least recently used going first; 0 is none. */
  'max-keys-per-shard': integer(0, 0, 0xff_fffe),
} as const;

export type DirectiveName = keyof typeof DIRECTIVES;
export type ConfigValues = { [Name in DirectiveName]: (typeof DIRECTIVES)[Name]['initial'] };

import {
  INT_MAX,
  LONG_MAX,
  UINT_MAX,
  boolean,
  fileName,
  integer,
  memory,
  memoryOrPercent,
  octal,
  oneOf,
  someOf,
  text,
  wordList,
} from './config-values.js';
import { oomScores, outputLimits, percentiles, replicaOf, savePoints } from './config-structured.js';
import { EVICTION_POLICIES } from '../../storage/eviction.js';
import { notifyClasses } from '../pubsub/notifications.js';

const MB = 1024 * 1024;

/**
 * Every directive of redis.conf that mredis knows, with Redis 7's defaults unless a comment says why not. Those that
 * mredis has no use for are accepted all the same, so that a redis.conf can be used as it is.
 */
export const DIRECTIVES = {
  // Network. Redis listens on every address; we do so only when told to.
  bind: wordList(['127.0.0.1', '-::1'], 16, 'Too many bind addresses specified.'),
  'bind-source-addr': text(''),
  port: integer(6379, 0, 65535),
  'protected-mode': boolean(true),
  'tcp-backlog': integer(511, 0, INT_MAX),
  'tcp-keepalive': integer(300, 0, INT_MAX),
  timeout: integer(0, 0, INT_MAX),
  unixsocket: text(''),
  unixsocketperm: octal(0, 0o777),
  'socket-mark-id': integer(0, 0, UINT_MAX),
  /** Not Redis's: `portable` leaves the sockets to Node's streams, also where their handles could be used. */
  transport: oneOf('auto', 'auto', 'portable'),
  'io-threads': integer(1, 1, 128),
  'io-threads-do-reads': boolean(false),

  // Clients.
  maxclients: integer(10_000, 1, UINT_MAX),
  'maxmemory-clients': memoryOrPercent(0),
  'client-output-buffer-limit': outputLimits(),
  'client-query-buffer-limit': memory(1024 * MB, MB, LONG_MAX),
  'proto-max-bulk-len': memory(512 * MB, MB, LONG_MAX),
  'tracking-table-max-keys': integer(1_000_000, 0, LONG_MAX),

  // Security.
  requirepass: text(''),
  aclfile: text(''),
  'acl-pubsub-default': oneOf('resetchannels', 'allchannels', 'resetchannels'),
  'acllog-max-len': integer(128, 0, LONG_MAX),
  'enable-debug-command': oneOf('no', 'no', 'yes', 'local'),
  'enable-module-command': oneOf('no', 'no', 'yes', 'local'),
  'enable-protected-configs': oneOf('no', 'no', 'yes', 'local'),

  // Process.
  /** For tests of loading and saving: microseconds of sleep after each key. Shown only when asked for by name. */
  'key-load-delay': integer(0, -INT_MAX - 1, INT_MAX),
  'rdb-key-save-delay': integer(0, -INT_MAX - 1, INT_MAX),
  daemonize: boolean(false),
  supervised: oneOf('no', 'upstart', 'systemd', 'auto', 'no'),
  pidfile: text(''),
  loglevel: oneOf('notice', 'debug', 'verbose', 'notice', 'warning', 'nothing'),
  logfile: text(''),
  'syslog-enabled': boolean(false),
  'syslog-ident': text('redis'),
  'syslog-facility': text('local0'),
  'crash-log-enabled': boolean(true),
  'crash-memcheck-enabled': boolean(true),
  'use-exit-on-panic': boolean(false),
  'always-show-logo': boolean(false),
  'set-proc-title': boolean(true),
  'proc-title-template': text('{title} {listen-addr} {server-mode}'),
  'ignore-warnings': text(''),
  'shutdown-timeout': integer(10, 0, INT_MAX),
  'shutdown-on-sigint': someOf('default', 'save', 'nosave', 'now', 'force'),
  'shutdown-on-sigterm': someOf('default', 'save', 'nosave', 'now', 'force'),
  hz: integer(10, 0, INT_MAX),
  'dynamic-hz': boolean(true),
  activerehashing: boolean(true),
  'oom-score-adj': oneOf('no', 'no', 'yes', 'relative', 'absolute'),
  'oom-score-adj-values': oomScores(),
  'disable-thp': boolean(true),
  'jemalloc-bg-thread': boolean(true),
  server_cpulist: text(''),
  bio_cpulist: text(''),
  aof_rewrite_cpulist: text(''),
  bgsave_cpulist: text(''),

  // Data set.
  databases: integer(16, 1, INT_MAX),
  /** Not Redis's: parts of each database's index. */
  shards: integer(16, 1, 1024),
  /** Not Redis's: bound on the keys of one shard, the least recently used going first; 0 is none. */
  'max-keys-per-shard': integer(0, 0, 0xff_fffe),
  'hash-max-listpack-entries': integer(512, 0, LONG_MAX),
  'hash-max-listpack-value': memory(64),
  'list-max-listpack-size': integer(-2, -INT_MAX - 1, INT_MAX),
  'list-compress-depth': integer(0, 0, INT_MAX),
  'set-max-intset-entries': integer(512, 0, LONG_MAX),
  'zset-max-listpack-entries': integer(128, 0, LONG_MAX),
  'zset-max-listpack-value': memory(64),
  'hll-sparse-max-bytes': memory(3000),
  'stream-node-max-bytes': memory(4096),
  'stream-node-max-entries': integer(100, 0, LONG_MAX),
  'active-expire-effort': integer(1, 1, 10),
  'lazyfree-lazy-eviction': boolean(false),
  'lazyfree-lazy-expire': boolean(false),
  'lazyfree-lazy-server-del': boolean(false),
  'lazyfree-lazy-user-del': boolean(false),
  'lazyfree-lazy-user-flush': boolean(false),
  'notify-keyspace-events': notifyClasses(),

  // Memory.
  maxmemory: memory(0),
  'maxmemory-policy': oneOf('noeviction', ...EVICTION_POLICIES),
  'maxmemory-samples': integer(5, 1, INT_MAX),
  'maxmemory-eviction-tenacity': integer(10, 0, 100),
  'lfu-log-factor': integer(10, 0, INT_MAX),
  'lfu-decay-time': integer(1, 0, INT_MAX),
  activedefrag: boolean(false),
  'active-defrag-ignore-bytes': memory(100 * MB, 1),
  'active-defrag-threshold-lower': integer(10, 0, 1000),
  'active-defrag-threshold-upper': integer(100, 0, 1000),
  'active-defrag-cycle-min': integer(1, 1, 99),
  'active-defrag-cycle-max': integer(25, 1, 99),
  'active-defrag-max-scan-fields': integer(1000, 1, LONG_MAX),

  // Persistence. `mredis serve` begins with appendonly yes and Redis's save points; a server inside a program with
  // neither, since it should leave no files behind unless asked.
  dir: text(''),
  save: savePoints(),
  dbfilename: fileName('dump.rdb', 'dbfilename'),
  rdbcompression: boolean(true),
  rdbchecksum: boolean(true),
  'rdb-save-incremental-fsync': boolean(true),
  'rdb-del-sync-files': boolean(false),
  'sanitize-dump-payload': oneOf('no', 'no', 'yes', 'clients'),
  'stop-writes-on-bgsave-error': boolean(true),
  appendonly: boolean(false),
  appendfsync: oneOf('everysec', 'everysec', 'always', 'no'),
  /** Redis says appendonly.aof. */
  appendfilename: fileName('redis.aof', 'appendfilename'),
  appenddirname: fileName('appendonlydir', 'appenddirname'),
  'auto-aof-rewrite-percentage': integer(100, 0, INT_MAX),
  'auto-aof-rewrite-min-size': memory(64 * MB),
  'aof-load-truncated': boolean(true),
  'aof-use-rdb-preamble': boolean(true),
  'aof-rewrite-incremental-fsync': boolean(true),
  'aof-timestamp-enabled': boolean(false),
  'aof-disable-auto-gc': boolean(false),
  /** Not Redis's: an annotation with a checksum goes with every batch written. */
  'aof-checksum': boolean(true),
  'no-appendfsync-on-rewrite': boolean(false),

  // Replication.
  replicaof: replicaOf(),
  masterauth: text(''),
  masteruser: text(''),
  'min-replicas-to-write': integer(0, 0, INT_MAX),
  'min-replicas-max-lag': integer(10, 0, INT_MAX),
  'replica-announce-ip': text(''),
  'replica-announce-port': integer(0, 0, 65535),
  'replica-announced': boolean(true),
  'replica-ignore-disk-write-errors': boolean(false),
  'replica-ignore-maxmemory': boolean(true),
  'replica-lazy-flush': boolean(false),
  'replica-priority': integer(100, 0, INT_MAX),
  'replica-read-only': boolean(true),
  'replica-serve-stale-data': boolean(true),
  'repl-backlog-size': memory(MB, 1),
  'repl-backlog-ttl': integer(3600, 0, LONG_MAX),
  'repl-disable-tcp-nodelay': boolean(false),
  'repl-diskless-load': oneOf('disabled', 'disabled', 'on-empty-db', 'swapdb'),
  'repl-diskless-sync': boolean(true),
  'repl-diskless-sync-delay': integer(5, 0, INT_MAX),
  'repl-diskless-sync-max-replicas': integer(0, 0, INT_MAX),
  'repl-ping-replica-period': integer(10, 1, INT_MAX),
  'repl-timeout': integer(60, 1, INT_MAX),
  'propagation-error-behavior': oneOf('ignore', 'ignore', 'panic', 'panic-on-replicas'),

  // Scripts.
  'busy-reply-threshold': integer(5000, 0, LONG_MAX),

  // Observation.
  'slowlog-log-slower-than': integer(10_000, -1, LONG_MAX),
  'slowlog-max-len': integer(128, 0, LONG_MAX),
  'latency-monitor-threshold': integer(0, 0, LONG_MAX),
  'latency-tracking': boolean(true),
  'latency-tracking-info-percentiles': percentiles([50, 99, 99.9]),

  // Cluster.
  'cluster-enabled': boolean(false),
  'cluster-config-file': text('nodes.conf'),
  'cluster-port': integer(0, 0, 65535),
  'cluster-node-timeout': integer(15_000, 0, LONG_MAX),
  'cluster-announce-ip': text(''),
  'cluster-announce-hostname': text(''),
  'cluster-announce-port': integer(0, 0, 65535),
  'cluster-announce-bus-port': integer(0, 0, 65535),
  'cluster-announce-tls-port': integer(0, 0, 65535),
  'cluster-allow-pubsubshard-when-down': boolean(true),
  'cluster-allow-reads-when-down': boolean(false),
  'cluster-allow-replica-migration': boolean(true),
  'cluster-link-sendbuf-limit': memory(0),
  'cluster-migration-barrier': integer(1, 0, INT_MAX),
  'cluster-preferred-endpoint-type': oneOf('ip', 'ip', 'hostname', 'unknown-endpoint'),
  'cluster-replica-no-failover': boolean(false),
  'cluster-replica-validity-factor': integer(10, 0, INT_MAX),
  'cluster-require-full-coverage': boolean(true),
} as const;

export type DirectiveName = keyof typeof DIRECTIVES;
export type ConfigValues = { [Name in DirectiveName]: (typeof DIRECTIVES)[Name]['initial'] };

/** Other names by which Redis knows a directive; CONFIG GET shows both. */
export const ALIASES: Readonly<Record<string, DirectiveName>> = {
  'hash-max-ziplist-entries': 'hash-max-listpack-entries',
  'hash-max-ziplist-value': 'hash-max-listpack-value',
  'list-max-ziplist-size': 'list-max-listpack-size',
  'zset-max-ziplist-entries': 'zset-max-listpack-entries',
  'zset-max-ziplist-value': 'zset-max-listpack-value',
  'lua-time-limit': 'busy-reply-threshold',
  'min-slaves-to-write': 'min-replicas-to-write',
  'min-slaves-max-lag': 'min-replicas-max-lag',
  'cluster-slave-no-failover': 'cluster-replica-no-failover',
  'cluster-slave-validity-factor': 'cluster-replica-validity-factor',
  'repl-ping-slave-period': 'repl-ping-replica-period',
  'slave-announce-ip': 'replica-announce-ip',
  'slave-announce-port': 'replica-announce-port',
  'slave-ignore-maxmemory': 'replica-ignore-maxmemory',
  'slave-lazy-flush': 'replica-lazy-flush',
  'slave-priority': 'replica-priority',
  'slave-read-only': 'replica-read-only',
  'slave-serve-stale-data': 'replica-serve-stale-data',
  slaveof: 'replicaof',
};

/** Set at the start only: by redis.conf and the command line. */
export const IMMUTABLE: ReadonlySet<DirectiveName> = new Set<DirectiveName>([
  'aclfile',
  'always-show-logo',
  'aof_rewrite_cpulist',
  'appenddirname',
  'appendfilename',
  'bgsave_cpulist',
  'bio_cpulist',
  'cluster-config-file',
  'cluster-enabled',
  'cluster-port',
  'daemonize',
  'databases',
  'disable-thp',
  'enable-debug-command',
  'enable-module-command',
  'enable-protected-configs',
  'io-threads',
  'io-threads-do-reads',
  'logfile',
  'pidfile',
  'rdbchecksum',
  'replicaof',
  'server_cpulist',
  'set-proc-title',
  'socket-mark-id',
  'supervised',
  'syslog-enabled',
  'syslog-facility',
  'syslog-ident',
  'tcp-backlog',
  'unixsocket',
  'unixsocketperm',
]);

/** Shown by CONFIG GET only when asked for by name. */
export const HIDDEN: ReadonlySet<string> = new Set<DirectiveName>([
  'key-load-delay',
  'rdb-key-save-delay',
  'use-exit-on-panic',
]);

/** Changed by CONFIG SET only where `enable-protected-configs` allows it. */
export const PROTECTED: ReadonlySet<DirectiveName> = new Set<DirectiveName>(['dbfilename', 'dir']);

/** Redacted where commands are shown (MONITOR, SLOWLOG). */
export const SENSITIVE: ReadonlySet<DirectiveName> = new Set<DirectiveName>([
  'masterauth',
  'masteruser',
  'requirepass',
]);

import { globMatches } from '../bytes/glob.js';
import { addressText, type ServerAddress } from './server-address.js';

/** What these commands do to a server that people depend on. The list is a policy, not a table of commands. */
const DANGERS: readonly (readonly [pattern: RegExp, consequence: string])[] = [
  [/^flushall\b/, 'FLUSHALL deletes every key of every database.'],
  [/^flushdb\b/, 'FLUSHDB deletes every key of this database.'],
  [/^keys\b/, 'KEYS walks the whole keyspace while everybody else waits; SCAN does not.'],
  [/^shutdown\b/, 'SHUTDOWN stops the server.'],
  [/^swapdb\b/, 'SWAPDB exchanges two databases for every client.'],
  [/^debug\b/, 'DEBUG can block or crash the server.'],
  [/^config (set|rewrite|resetstat)\b/, 'CONFIG changes the server for everybody.'],
  [/^(script|function) flush\b/, 'This deletes every script that clients rely on.'],
  [/^(replicaof|slaveof|failover)\b/, 'This changes which server is the primary.'],
  [/^cluster (reset|failover|flushslots|forget)\b/, 'This changes the cluster.'],
  [/^(save)\b/, 'SAVE blocks the server until the whole dataset is on disk.'],
  [/^client kill\b/, 'CLIENT KILL ends connections of others.'],
  [/^acl (setuser|deluser|load)\b/, 'This changes who may do what.'],
];

/** Why a command is dangerous, or undefined. */
export function dangerOf(argv: readonly string[]): string | undefined {
  const start = argv.slice(0, 2).join(' ').toLowerCase();
  return DANGERS.find(([pattern]) => pattern.test(start))?.[1];
}

/** Whether MREDIS_PRODUCTION, a list of globs, names this server: `db1.example:6379 *.prod.example`. */
export function isProduction(
  address: ServerAddress,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const patterns = (env['MREDIS_PRODUCTION'] ?? '').split(/[\s,]+/).filter((pattern) => pattern !== '');
  const names = [address.path ?? address.host, addressText(address)];
  return patterns.some((pattern) => names.some((name) => globMatches(pattern, name)));
}

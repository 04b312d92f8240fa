import { setTimeout as sleep } from 'node:timers/promises';
import { accepted } from './keyspace-scan.js';
import { replyText } from './reply-reading.js';
import type { Session } from './session.js';
import { writeOut } from './standard-streams.js';

/** What INFO said at one moment; counters run on from the server's start. */
export interface ServerSample {
  readonly atMs: number;
  readonly keys: number;
  readonly memoryBytes: number;
  readonly memoryPeakBytes: number;
  readonly memoryLimitBytes: number;
  readonly clients: number;
  readonly blockedClients: number;
  readonly commands: number;
  readonly connections: number;
  readonly hits: number;
  readonly misses: number;
  readonly expired: number;
  readonly evicted: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly forking: string;
  readonly title: string;
}

/** Asks the server how it is. */
export async function sampleServer(session: Session): Promise<ServerSample> {
  const text = replyText(await accepted(session, ['INFO']));
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  const number = (name: string): number => Number(field(name)) || 0;
  const keys = [...text.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  return {
    atMs: Date.now(),
    keys,
    memoryBytes: number('used_memory'),
    memoryPeakBytes: number('used_memory_peak'),
    memoryLimitBytes: number('maxmemory'),
    clients: number('connected_clients'),
    blockedClients: number('blocked_clients'),
    commands: number('total_commands_processed'),
    connections: number('total_connections_received'),
    hits: number('keyspace_hits'),
    misses: number('keyspace_misses'),
    expired: number('expired_keys'),
    evicted: number('evicted_keys'),
    inputBytes: number('total_net_input_bytes'),
    outputBytes: number('total_net_output_bytes'),
    forking: childWork(field('rdb_bgsave_in_progress'), field('aof_rewrite_in_progress'), field('loading')),
    title: `${field('redis_mode') || 'server'} ${field('redis_version')}, pid ${field('process_id')}`,
  };
}

function childWork(save: string, rewrite: string, loading: string): string {
  return [save === '1' && 'SAVE', rewrite === '1' && 'AOF', loading === '1' && 'LOAD']
    .filter((word) => word !== false)
    .join(' ');
}

const HEADER = [
  '------- data ------ --------------------- load -------------------- - child -\n',
  'keys       mem      clients blocked requests            connections          \n',
].join('');

/** How many lines stand under one header. */
const LINES_PER_HEADER = 20;

/** --stat where there is no terminal: a line every interval, for ever. */
export async function runRollingStatistics(session: Session, intervalMs: number): Promise<never> {
  let before: ServerSample | undefined;
  for (let line = 0; ; line++) {
    const sample = await sampleServer(session);
    if (line % LINES_PER_HEADER === 0) await writeOut(HEADER);
    const requests = `${sample.commands} (+${sample.commands - (before?.commands ?? sample.commands)})`;
    await writeOut(
      [
        String(sample.keys).padEnd(11),
        byteText(sample.memoryBytes).padEnd(9),
        String(sample.clients).padEnd(8),
        String(sample.blockedClients).padEnd(8),
        requests.padEnd(20),
        String(sample.connections).padEnd(12),
        ` ${sample.forking}`.padEnd(9),
        '\n',
      ].join(''),
    );
    before = sample;
    await sleep(intervalMs);
  }
}

/** Bytes as redis-cli shortens them: 512B, 1.50K, 2.00M, 3.00G. */
export function byteText(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['K', 'M', 'G', 'T'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(2)}${units[unit] ?? ''}`;
}

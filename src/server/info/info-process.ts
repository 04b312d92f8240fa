import { arch, release, totalmem, type } from 'node:os';
import { memoryUsage } from 'node:process';
import { COMPATIBLE_VERSION, VERSION } from '../version.js';
import { flag, humanBytes, type InfoField } from './info-field.js';
import type { Server } from '../server.js';
import { SessionFlag } from '../clients/session.js';

/** INFO's sections about the process: Server, Clients, Memory. */

export function infoServer(server: Server): InfoField[] {
  const { config, nowMs } = server;
  const uptimeSeconds = Math.floor((nowMs - server.startedAtMs) / 1000);
  return [
    // Clients decide by it what they may use: the Redis whose behaviour is the measure here.
    ['redis_version', COMPATIBLE_VERSION],
    ['mredis_version', VERSION],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0'],
    ['redis_mode', 'standalone'],
    ['os', `${type()} ${release()} ${arch() === 'x64' ? 'x86_64' : arch()}`],
    ['arch_bits', 64],
    ['node_version', process.versions.node],
    ['monotonic_clock', 'performance.now'],
    ['multiplexing_api', 'libuv'],
    ['atomicvar_api', 'none'],
    ['gcc_version', '0.0.0'],
    ['process_id', process.pid],
    ['process_supervised', 'no'],
    ['run_id', server.runId],
    ['tcp_port', server.port],
    ['server_time_usec', nowMs * 1000],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / 86_400)],
    ['hz', server.cron.hz],
    ['configured_hz', config.hz],
    ['lru_clock', Math.floor(nowMs / 1000) & 0xff_ffff],
    ['executable', process.argv[1] ?? process.execPath],
    ['config_file', server.configuration.file],
    ['io_threads_active', 0],
  ];
}

export function infoClients(server: Server): InfoField[] {
  let inputMax = 0;
  let outputMax = 0;
  let blocked = 0;
  let tracking = 0;
  for (const connection of server.connections.values()) {
    inputMax = Math.max(inputMax, connection.queryBufferBytes + connection.queryBufferFree);
    outputMax = Math.max(outputMax, connection.outputBytes);
    const { session } = connection;
    if (session.has(SessionFlag.BLOCKED)) blocked++;
    if (session.has(SessionFlag.TRACKING)) tracking++;
  }
  return [
    ['connected_clients', server.connections.size],
    ['cluster_connections', 0],
    ['maxclients', server.config.maxclients],
    ['client_recent_max_input_buffer', inputMax],
    ['client_recent_max_output_buffer', outputMax],
    ['blocked_clients', blocked],
    ['tracking_clients', tracking],
    ['clients_in_timeout_table', 0],
  ];
}

export function infoMemory(server: Server): InfoField[] {
  const { keyspace, config, statistics } = server;
  const { rss, heapUsed, heapTotal, external } = memoryUsage();
  const used = server.usedMemory;
  const peak = Math.max(used, statistics.peakMemoryBytes);
  const dataset = keyspace.slab.liveBytes;
  const overhead = used - dataset;
  const fields: InfoField[] = [
    ...bytes('used_memory', used),
    ...bytes('used_memory_rss', rss),
    ...bytes('used_memory_peak', peak),
    ['used_memory_peak_perc', percent(used, peak)],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', 0],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', percent(dataset, used)],
    ['allocator_allocated', keyspace.slab.liveBytes],
    ['allocator_active', keyspace.slab.reservedBytes],
    ['allocator_resident', rss],
    ...bytes('total_system_memory', totalmem()),
    ['used_memory_lua', 0],
    ['used_memory_vm_eval', 0],
    ['used_memory_lua_human', humanBytes(0)],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', 0],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['used_memory_vm_functions', 0],
    ...bytes('used_memory_vm_total', 0),
    ['used_memory_functions', 0],
    ...bytes('used_memory_scripts', 0),
    ...bytes('maxmemory', config.maxmemory),
    ['maxmemory_policy', config['maxmemory-policy']],
    ['js_heap_used', heapUsed],
    ['js_heap_total', heapTotal],
    ['js_external', external],
  ];
  return [...fields, ...fragmentation(server, used, rss)];
}

function fragmentation(server: Server, used: number, rss: number): InfoField[] {
  const { slab } = server.keyspace;
  const active = Math.max(slab.reservedBytes, 1);
  const live = Math.max(slab.liveBytes, 1);
  return [
    ['allocator_frag_ratio', (active / live).toFixed(2)],
    ['allocator_frag_bytes', active - live],
    ['allocator_rss_ratio', (rss / active).toFixed(2)],
    ['allocator_rss_bytes', rss - active],
    ['rss_overhead_ratio', '1.00'],
    ['rss_overhead_bytes', 0],
    ['mem_fragmentation_ratio', (rss / Math.max(used, 1)).toFixed(2)],
    ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', server.clientBytes],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'mredis-slab'],
    ['active_defrag_running', flag(server.compaction.running)],
    ['lazyfree_pending_objects', server.keyspace.lazyFree.pending],
    ['lazyfreed_objects', server.keyspace.lazyFree.freed],
  ];
}

function bytes(name: string, value: number): InfoField[] {
  return [
    [name, value],
    [`${name}_human`, humanBytes(value)],
  ];
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(2)}%`;
}

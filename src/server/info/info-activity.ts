import { flag, type InfoField } from './info-field.js';
import type { Server } from '../server.js';

/** INFO's sections about what the server has done: Persistence, Stats, Replication, CPU. */

export function infoPersistence(server: Server): InfoField[] {
  const { persistence } = server;
  const { log, saves, rewriting } = persistence;
  const { progress: loading, expiredKeys, loadedKeys } = persistence.loading;
  const isWriting = saves.isRunning || rewriting.isRunning;
  const fields: InfoField[] = [
    ['loading', flag(loading !== null)],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', saves.isRunning ? saves.keys : rewriting.keys],
    ['current_save_keys_total', isWriting ? server.keyspace.size : 0],
    ['rdb_changes_since_last_save', server.dirty],
    ['rdb_bgsave_in_progress', flag(saves.isRunning)],
    ['rdb_last_save_time', Math.floor(saves.lastSaveMs / 1000)],
    ['rdb_last_bgsave_status', status(saves.lastSaveOk)],
    ['rdb_last_bgsave_time_sec', saves.lastSaveSeconds],
    ['rdb_current_bgsave_time_sec', saves.seconds],
    ['rdb_saves', saves.saves],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', expiredKeys],
    ['rdb_last_load_keys_loaded', loadedKeys],
    ['aof_enabled', flag(log.isOpen)],
    ['aof_rewrite_in_progress', flag(rewriting.isRunning)],
    ['aof_rewrite_scheduled', flag(rewriting.scheduled)],
    ['aof_last_rewrite_time_sec', rewriting.lastSeconds],
    ['aof_current_rewrite_time_sec', rewriting.seconds],
    ['aof_last_bgrewrite_status', status(rewriting.lastOk)],
    ['aof_rewrites', rewriting.count],
    ['aof_rewrites_consecutive_failures', rewriting.failures],
    ['aof_last_write_status', status(log.error === null)],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
  ];
  if (log.isOpen) {
    fields.push(
      ['aof_current_size', persistence.aofSize],
      ['aof_base_size', rewriting.baseSize],
      ['aof_pending_rewrite', 0],
      ['aof_buffer_length', log.pendingBytes],
      ['aof_pending_bio_fsync', flag(log.syncing)],
      ['aof_delayed_fsync', log.delayedSyncs],
    );
  }
  if (loading !== null) {
    const { loadedBytes, totalBytes } = loading;
    fields.push(
      ['loading_start_time', Math.floor(loading.startedAtMs / 1000)],
      ['loading_total_bytes', totalBytes],
      ['loading_rdb_used_mem', loading.rdbUsedBytes],
      ['loading_loaded_bytes', loadedBytes],
      ['loading_loaded_perc', ((100 * loadedBytes) / Math.max(1, totalBytes)).toFixed(2)],
      ['loading_eta_seconds', loading.etaSeconds(server.nowMs)],
    );
  }
  return fields;
}

function status(ok: boolean): string {
  return ok ? 'ok' : 'err';
}

export function infoStats(server: Server): InfoField[] {
  const { keyspace, statistics, pubsub } = server;
  return [
    ['total_connections_received', server.totalConnections],
    ['total_commands_processed', server.totalCommands],
    ['total_operations', server.totalCommands],
    ['instantaneous_ops_per_sec', Math.round(statistics.operations.perSecond)],
    ['total_net_input_bytes', server.bytesRead],
    ['total_net_output_bytes', server.bytesWritten],
    ['total_net_repl_input_bytes', 0],
    ['total_net_repl_output_bytes', 0],
    ['instantaneous_input_kbps', kilobytes(statistics.input.perSecond)],
    ['instantaneous_output_kbps', kilobytes(statistics.output.perSecond)],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['rejected_connections', server.rejectedConnections],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', keyspace.expiredKeys],
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', 0],
    ['expire_cycle_cpu_milliseconds', Math.floor(statistics.expireCycleMs)],
    ['evicted_keys', keyspace.evictedKeys],
    ['evicted_clients', statistics.evictedClients],
    ['total_eviction_exceeded_time', 0],
    ['current_eviction_exceeded_time', 0],
    ['keyspace_hits', keyspace.hits],
    ['keyspace_misses', keyspace.misses],
    ['pubsub_channels', pubsub.channels.size],
    ['pubsub_patterns', pubsub.patterns.size],
    ['pubsubshard_channels', pubsub.shardChannels.size],
    ...infoBackground(server),
  ];
}

function infoBackground(server: Server): InfoField[] {
  const { compaction, migrations, statistics, tracking } = server;
  return [
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', migrations.targets.size],
    ['slave_expires_tracked_keys', 0],
    ['active_defrag_hits', compaction.moved],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', compaction.moved],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', Math.round(compaction.totalMs)],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', tracking.keyCount],
    ['tracking_total_items', tracking.itemCount],
    ['tracking_total_prefixes', tracking.prefixCount],
    ['unexpected_error_replies', 0],
    ['total_error_replies', server.errorReplies],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', server.totalReads],
    ['total_writes_processed', server.totalWrites],
    // These two came with Redis 7.4.
    ['client_query_buffer_limit_disconnections', statistics.queryLimitDisconnections],
    ['client_output_buffer_limit_disconnections', statistics.outputLimitDisconnections],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
  ];
}

export function infoReplication(server: Server): InfoField[] {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', server.replicationId],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', server.config['repl-backlog-size']],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

export function infoCpu(): InfoField[] {
  const { system, user } = process.cpuUsage();
  return [
    ['used_cpu_sys', (system / 1e6).toFixed(6)],
    ['used_cpu_user', (user / 1e6).toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', (system / 1e6).toFixed(6)],
    ['used_cpu_user_main_thread', (user / 1e6).toFixed(6)],
  ];
}

function kilobytes(bytesPerSecond: number): string {
  return (bytesPerSecond / 1024).toFixed(2);
}

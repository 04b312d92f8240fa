import type { ExpireTable } from '../../storage/expire-table.js';
import type { InfoField } from './info-field.js';
import type { Server } from '../server.js';

/** INFO's sections about commands, errors and databases. */

export function infoCommandStats(server: Server): InfoField[] {
  const fields: InfoField[] = [];
  for (const command of server.commands.everything()) {
    const { calls, microseconds, rejectedCalls, failedCalls } = command;
    if (calls === 0 && rejectedCalls === 0 && failedCalls === 0) continue;
    const perCall = calls === 0 ? '0.00' : (microseconds / calls).toFixed(2);
    fields.push([
      `cmdstat_${command.fullName}`,
      `calls=${calls},usec=${Math.round(microseconds)},usec_per_call=${perCall},rejected_calls=${rejectedCalls},failed_calls=${failedCalls}`,
    ]);
  }
  return fields;
}

export function infoErrorStats(server: Server): InfoField[] {
  return [...server.statistics.errorCounts].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

export function infoLatencyStats(server: Server): InfoField[] {
  const fields: InfoField[] = [];
  const percentiles = server.config['latency-tracking-info-percentiles'];
  for (const command of server.commands.everything()) {
    const { latency } = command;
    if (latency === null) continue;
    const values = percentiles.map((percentile) => {
      return `p${String(percentile)}=${latency.percentile(percentile).toFixed(3)}`;
    });
    fields.push([`latency_percentiles_usec_${command.fullName}`, values.join(',')]);
  }
  return fields;
}

export function infoKeyspace(server: Server): InfoField[] {
  const fields: InfoField[] = [];
  for (const database of server.keyspace.databases) {
    const { size, expires } = database;
    if (size === 0) continue;
    const ttl = averageTtlMs(expires, server.nowMs);
    fields.push([`db${database.number}`, `keys=${size},expires=${expires.size},avg_ttl=${ttl}`]);
  }
  return fields;
}

/** Enough to be near the truth, few enough to cost nothing with millions of keys. */
const TTL_SAMPLES = 256;

function averageTtlMs(expires: ExpireTable, nowMs: number): number {
  const step = Math.max(1, Math.floor(expires.size / TTL_SAMPLES));
  let sum = 0;
  let count = 0;
  for (let position = 0; position < expires.size; position += step) {
    sum += Math.max(0, expires.timeAt(position) - nowMs);
    count++;
  }
  return count === 0 ? 0 : Math.round(sum / count);
}

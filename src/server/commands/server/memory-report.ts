import type { Server } from '../../server.js';

/** What MEMORY STATS tells, by Redis's names and in its order; ratios and percentages are doubles. */
export function memoryStatistics(server: Server): [name: string, value: number, isRatio: boolean][] {
  return figures(server).map(([name, value]) => [
    name,
    value,
    /ratio$|percentage$|^fragmentation$/.test(name),
  ]);
}

function figures(server: Server): [name: string, value: number][] {
  const { keyspace, statistics } = server;
  const { rss } = process.memoryUsage();
  const { liveBytes, reservedBytes } = keyspace.slab;
  const used = server.usedMemory;
  const peak = Math.max(used, statistics.peakMemoryBytes);
  const keys = keyspace.size;
  return [
    ['peak.allocated', peak],
    ['total.allocated', used],
    ['startup.allocated', 0],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['clients.normal', server.clientBytes],
    ['cluster.links', 0],
    ['aof.buffer', 0],
    ['lua.caches', 0],
    ['functions.caches', 0],
    ['overhead.total', used - liveBytes],
    ['keys.count', keys],
    ['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(used / keys)],
    ['dataset.bytes', liveBytes],
    ['dataset.percentage', percent(liveBytes, used)],
    ['peak.percentage', percent(used, peak)],
    ['allocator.allocated', liveBytes],
    ['allocator.active', reservedBytes],
    ['allocator.resident', rss],
    ['allocator-fragmentation.ratio', reservedBytes / Math.max(1, liveBytes)],
    ['allocator-fragmentation.bytes', reservedBytes - liveBytes],
    ['allocator-rss.ratio', rss / Math.max(1, reservedBytes)],
    ['allocator-rss.bytes', rss - reservedBytes],
    ['rss-overhead.ratio', 1],
    ['rss-overhead.bytes', 0],
    ['fragmentation', rss / Math.max(1, used)],
    ['fragmentation.bytes', rss - used],
  ];
}

/** Below this, overheads that do not grow with the data would be taken for faults. */
const LEAST_BYTES = 5 * 1024 * 1024;

/** MEMORY DOCTOR: in words, what is wrong with the memory. */
export function memoryReport(server: Server): string {
  const { keyspace, statistics, connections } = server;
  const { liveBytes, reservedBytes } = keyspace.slab;
  if (liveBytes < LEAST_BYTES) return 'The data set is too small to say anything about its memory.\n';
  const found: string[] = [];
  if (statistics.peakMemoryBytes > 1.5 * server.usedMemory) {
    found.push(
      'Peak: more than one and a half times the present use was needed once; pages were given back since.',
    );
  }
  if (reservedBytes > 1.4 * liveBytes) {
    found.push('Fragmentation: pages are less than 70 % full, usually after many deletions.');
  }
  if (server.clientBytes > 200_000 * Math.max(1, connections.size)) {
    found.push('Clients: buffers exceed 200 kB a client; some read too slowly or send very large requests.');
  }
  return found.length === 0 ? 'No memory problem found.\n' : `${found.join('\n')}\n`;
}

function percent(part: number, whole: number): number {
  return (100 * part) / Math.max(1, whole);
}

import type { Server } from '../server.js';

/** How often rates are sampled, and over how many samples they are averaged. */
const SAMPLE_MS = 100;
const SAMPLES = 16;

/** A count whose rate of the last seconds is known. */
class Rate {
  private readonly samples = new Float64Array(SAMPLES);
  private next = 0;
  private lastCount = 0;

  sample(count: number, elapsedMs: number): void {
    this.samples[this.next] = elapsedMs > 0 ? ((count - this.lastCount) * 1000) / elapsedMs : 0;
    this.next = (this.next + 1) % SAMPLES;
    this.lastCount = count;
  }

  /** Per second. */
  get perSecond(): number {
    let sum = 0;
    for (const sample of this.samples) sum += sample;
    return sum / SAMPLES;
  }

  reset(): void {
    this.samples.fill(0);
    this.lastCount = 0;
  }
}

/** What INFO reports beside the counters of the server itself. */
export class Statistics {
  readonly operations = new Rate();
  readonly input = new Rate();
  readonly output = new Rate();
  /** Calls of each error code: `ERR`, `WRONGTYPE`… */
  readonly errorCounts = new Map<string, number>();
  peakMemoryBytes = 0;
  evictedClients = 0;
  queryLimitDisconnections = 0;
  outputLimitDisconnections = 0;
  expireCycleMs = 0;
  private sampledAtMs = 0;

  /** Called from the cron. */
  sample(server: Server): void {
    const elapsedMs = server.nowMs - this.sampledAtMs;
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, server.keyspace.usedBytes);
    if (elapsedMs < SAMPLE_MS) return;
    this.sampledAtMs = server.nowMs;
    this.operations.sample(server.totalCommands, elapsedMs);
    this.input.sample(server.bytesRead, elapsedMs);
    this.output.sample(server.bytesWritten, elapsedMs);
  }

  countError(error: string): void {
    const space = error.indexOf(' ');
    const code = space < 0 ? error : error.slice(0, space);
    const { errorCounts } = this;
    // Codes made up by scripts must not fill the memory.
    if (!errorCounts.has(code) && errorCounts.size >= ERROR_CODES_MAX) return;
    errorCounts.set(code, (errorCounts.get(code) ?? 0) + 1);
  }

  reset(): void {
    for (const rate of [this.operations, this.input, this.output]) rate.reset();
    this.errorCounts.clear();
    this.evictedClients = 0;
    this.queryLimitDisconnections = 0;
    this.outputLimitDisconnections = 0;
    this.expireCycleMs = 0;
  }
}

const ERROR_CODES_MAX = 128;

/** CONFIG RESETSTAT. */
export function resetStatistics(server: Server): void {
  server.statistics.reset();
  server.totalCommands = 0;
  server.totalConnections = 0;
  server.rejectedConnections = 0;
  server.bytesRead = 0;
  server.bytesWritten = 0;
  server.errorReplies = 0;
  const { keyspace } = server;
  keyspace.hits = keyspace.misses = keyspace.expiredKeys = keyspace.evictedKeys = 0;
  keyspace.lazyFree.freed = 0;
  server.statistics.peakMemoryBytes = keyspace.usedBytes;
  server.clock.reset();
  for (const command of server.commands.everything()) {
    command.calls = command.microseconds = command.rejectedCalls = command.failedCalls = 0;
    command.latency = null;
  }
}

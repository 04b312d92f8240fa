import { Counter, Outcome, type LoadBoard } from './load-board.js';
import type { LatencyHistogram } from './latency-histogram.js';

const ERROR_TEXTS_MAX = 32;

/** What one thread has counted; all but the error texts stands on the board. */
export class Tally {
  /** How often each error text came. */
  readonly errors = new Map<string, number>();

  private readonly counters: Float64Array;
  private readonly outcomes: readonly Float64Array[];
  private readonly latencies: readonly LatencyHistogram[];
  private readonly services: readonly LatencyHistogram[];
  private readonly lag: LatencyHistogram;

  // Replies of one operation that come at one time are recorded together: at a pipeline of 64 most do.
  private runOperation = 0;
  private runLength = 0;
  private runMs = 0;
  private runLatencyMs = 0;

  constructor(board: LoadBoard, thread: number) {
    const operations = Array.from({ length: board.operations }, (_, operation) => operation);
    this.counters = board.counters(thread);
    this.outcomes = operations.map((operation) => board.outcomes(thread, operation));
    this.latencies = operations.map((operation) => board.latency(thread, operation));
    this.services = operations.map((operation) => board.service(thread, operation));
    this.lag = board.lag(thread);
  }

  add(counter: number, by: number): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + by;
  }

  /** A request that counts was sent. Only the first one's time matters. */
  sentAt(nowMs: number): void {
    if (this.counters[Counter.FIRST_AT_MS] === 0)
      this.counters[Counter.FIRST_AT_MS] = performance.timeOrigin + nowMs;
  }

  /** A reply that counts came. */
  repliedAt(nowMs: number): void {
    this.counters[Counter.LAST_AT_MS] = performance.timeOrigin + nowMs;
  }

  done(operation: number, isNull: boolean): void {
    const outcomes = this.outcomes[operation];
    if (outcomes === undefined) return;
    outcomes[Outcome.DONE] = (outcomes[Outcome.DONE] ?? 0) + 1;
    if (isNull) outcomes[Outcome.NULL] = (outcomes[Outcome.NULL] ?? 0) + 1;
  }

  failed(operation: number, text: string): void {
    const outcomes = this.outcomes[operation];
    if (outcomes) outcomes[Outcome.ERROR] = (outcomes[Outcome.ERROR] ?? 0) + 1;
    const known = this.errors.has(text) || this.errors.size < ERROR_TEXTS_MAX;
    const name = known ? text : 'other errors';
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }

  /** Closed loop: latency of a request that was sent at `sentMs`. Call `flush` when a batch ends. */
  closedLatency(operation: number, sentMs: number, nowMs: number): void {
    const latencyMs = nowMs - sentMs;
    if (operation !== this.runOperation || latencyMs !== this.runLatencyMs || nowMs !== this.runMs) {
      this.flush();
      this.runOperation = operation;
      this.runLatencyMs = latencyMs;
      this.runMs = nowMs;
    }
    this.runLength++;
  }

  flush(): void {
    if (this.runLength > 0) this.latencies[this.runOperation]?.record(this.runLatencyMs, this.runLength);
    this.runLength = 0;
  }

  /** Open loop: latency of a request that was due at `dueMs`. */
  openLatency(operation: number, dueMs: number, sentMs: number, nowMs: number): void {
    this.latencies[operation]?.record(nowMs - dueMs);
    this.services[operation]?.record(nowMs - sentMs);
  }

  /** A request was left without a reply: it waited at least `ageMs`, and leaving it out would hide the wait. */
  abandoned(counter: number, ageMs: number): void {
    this.latencies[0]?.record(ageMs);
    this.add(counter, 1);
  }

  /** The generator sent a request so much after it was due, though a connection was free. */
  late(lagMs: number): void {
    this.lag.record(lagMs);
  }
}

import { HISTOGRAM_LENGTH, LatencyHistogram } from './latency-histogram.js';

export const Phase = { IDLE: 0, WARMUP: 1, MEASURE: 2, DRAIN: 3 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** Counters of a thread, by position in its run of numbers. */
export const Counter = {
  BYTES_OUT: 0,
  BYTES_IN: 1,
  CONNECTED: 2,
  DISCONNECTS: 3,
  /** Requests whose reply had not come when the run ended. */
  UNANSWERED: 4,
  /** Requests of an open loop that were due and never sent, for want of a free connection. */
  UNSENT: 5,
  /** Messages that reached subscribers. */
  DELIVERED: 6,
  /** Unix time in ms of the first request and of the last reply that count. */
  FIRST_AT_MS: 7,
  LAST_AT_MS: 8,
} as const;
const COUNTERS = 16;

/** Counters of an operation. */
export const Outcome = { DONE: 0, NULL: 1, ERROR: 2 } as const;
const OUTCOMES = 4;

const HEADER_BYTES = 64;
const PHASE = 0;
const BUDGET = 1;

/**
 * The memory that the generator threads and the main thread share. Each thread counts in its own part; the main
 * thread reads all parts at any time and adds them up, so a live figure costs the generator nothing.
 */
export class LoadBoard {
  private readonly header: Int32Array;
  private readonly perThread: number;

  constructor(
    readonly threads: number,
    readonly operations: number,
    readonly memory = new SharedArrayBuffer(HEADER_BYTES + threads * numbersPerThread(operations) * 8),
  ) {
    this.header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.perThread = numbersPerThread(operations);
  }

  get phase(): Phase {
    // Nothing else is ever stored there.
    return (this.header[PHASE] ?? Phase.IDLE) as Phase;
  }

  set phase(phase: Phase) {
    Atomics.store(this.header, PHASE, phase);
  }

  set budget(requests: number) {
    Atomics.store(this.header, BUDGET, requests);
  }

  /** Takes up to `count` of the requests that are still to be sent. */
  take(count: number): number {
    const left = Atomics.sub(this.header, BUDGET, count);
    if (left >= count) return count;
    // Put back what was not there, so that the counter cannot wrap round.
    Atomics.add(this.header, BUDGET, count - Math.max(0, left));
    return Math.max(0, left);
  }

  counters(thread: number): Float64Array {
    return this.numbers(thread, 0, COUNTERS);
  }

  /** DONE, NULL and ERROR of each operation, OUTCOMES apart. */
  outcomes(thread: number, operation: number): Float64Array {
    return this.numbers(thread, COUNTERS + operation * OUTCOMES, OUTCOMES);
  }

  /** Latency of an operation from the time it was due (in a closed loop: sent). */
  latency(thread: number, operation: number): LatencyHistogram {
    return this.histogram(thread, 1 + 2 * operation);
  }

  /** Latency of an operation from the time it was sent, in an open loop. */
  service(thread: number, operation: number): LatencyHistogram {
    return this.histogram(thread, 2 + 2 * operation);
  }

  /** How late the generator itself sent requests although a connection was free. */
  lag(thread: number): LatencyHistogram {
    return this.histogram(thread, 0);
  }

  sumCounter(counter: number): number {
    return this.sum((thread) => this.counters(thread)[counter] ?? 0);
  }

  sumOutcome(operation: number, outcome: number): number {
    return this.sum((thread) => this.outcomes(thread, operation)[outcome] ?? 0);
  }

  /** One histogram over all threads; `pick` chooses each thread's. */
  merged(pick: (thread: number) => LatencyHistogram): LatencyHistogram {
    const all = new LatencyHistogram();
    for (let thread = 0; thread < this.threads; thread++) all.add(pick(thread));
    return all;
  }

  private sum(valueOf: (thread: number) => number): number {
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread++) sum += valueOf(thread);
    return sum;
  }

  private histogram(thread: number, index: number): LatencyHistogram {
    const start = COUNTERS + this.operations * OUTCOMES + index * HISTOGRAM_LENGTH;
    return new LatencyHistogram(this.numbers(thread, start, HISTOGRAM_LENGTH));
  }

  private numbers(thread: number, start: number, length: number): Float64Array {
    return new Float64Array(this.memory, HEADER_BYTES + (thread * this.perThread + start) * 8, length);
  }
}

function numbersPerThread(operations: number): number {
  return COUNTERS + operations * OUTCOMES + (1 + 2 * operations) * HISTOGRAM_LENGTH;
}

import type { Worker } from 'node:worker_threads';
import { LatencyHistogram } from './latency-histogram.js';
import { Counter, LoadBoard, Outcome, Phase } from './load-board.js';
import type { LoadPlan } from './load-plan.js';
import { loadResult, mergedLatency, type LoadResult, type LoadSample } from './load-result.js';
import { requestBytesMax, requestTemplates } from './request-template.js';
import { ServerProbe, type ServerReading } from './server-probe.js';
import { startWorker } from './worker-file.js';
import type { FromWorker, ToWorker } from './worker.js';

export interface RunOptions {
  readonly name?: string;
  /** Ends the run early; what was measured until then is the result. */
  readonly signal?: AbortSignal;
  readonly onSample?: (sample: LoadSample) => void;
  readonly sampleMs?: number;
  /** Gets all latencies of the run, for writers of histogram files. */
  readonly onHistogram?: (histogram: LatencyHistogram) => void;
  /** INFO before and after. Off where nothing but the throughput is wanted. */
  readonly probe?: boolean;
}

/** The requests of a batch must be in memory, for every connection. */
const REQUEST_BYTES_MAX = 2 * 1024 ** 3;
const DRAIN_MS = 5_000;
const DRAIN_INTERRUPTED_MS = 500;

/**
 * Runs one load and returns what came of it. Throws an Error when the run cannot begin (no connection, a refused
 * password, too much memory); once it has begun, trouble is part of the result.
 */
export async function runLoad(plan: LoadPlan, options: RunOptions = {}): Promise<LoadResult> {
  const bytes =
    plan.connections *
    plan.pipeline *
    requestBytesMax(requestTemplates(plan.operations, plan.valueSizes, plan.keys));
  if (bytes > REQUEST_BYTES_MAX) {
    throw new Error(
      `${plan.connections} connections with ${plan.pipeline} requests each would need ${(bytes / 1024 ** 3).toFixed(1)} GiB of requests in memory; the limit is 2 GiB`,
    );
  }
  const probe = options.probe === false ? undefined : await ServerProbe.open(plan.address);
  const run = new LoadRun(plan, options, probe);
  try {
    return await run.go();
  } finally {
    probe?.close();
    await run.stop();
  }
}

class LoadRun {
  private readonly board: LoadBoard;
  private readonly workers: Worker[] = [];
  private readonly samples: LoadSample[] = [];
  private readonly errorTexts = new Map<string, number>();
  private busy = 0;
  private gone: string | undefined;
  private over: (() => void) | undefined;
  private readonly overPromise: Promise<void>;

  constructor(
    private readonly plan: LoadPlan,
    private readonly options: RunOptions,
    private readonly probe: ServerProbe | undefined,
  ) {
    this.board = new LoadBoard(plan.threads, plan.operations.length);
    this.overPromise = new Promise((resolve) => (this.over = resolve));
  }

  async go(): Promise<LoadResult> {
    const { plan, board, options } = this;
    const abort = (): void => this.over?.();
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted === true) abort();
    const { allDone } = await this.startWorkers();
    void allDone.then(() => this.over?.());

    board.budget = plan.requests;
    const leadMs = (plan.rampSeconds + plan.warmupSeconds) * 1000;
    if (leadMs > 0) board.phase = Phase.WARMUP;
    let before = leadMs > 0 ? undefined : await this.probe?.read();
    if (leadMs === 0) board.phase = Phase.MEASURE;
    this.tell({ type: 'start' });
    if (leadMs > 0) {
      await this.during(leadMs, undefined);
      before = await this.probe?.read();
      board.phase = Phase.MEASURE;
    }
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    await this.during(plan.seconds > 0 ? plan.seconds * 1000 : Infinity, startMs);
    if (plan.seconds > 0) board.phase = Phase.DRAIN;
    const wallMs = performance.now() - startMs;
    const cpu = process.cpuUsage(startCpu);
    const after = this.gone === undefined ? await this.probe?.read() : undefined;
    const interrupted = options.signal?.aborted === true;
    this.tell({
      type: 'drain',
      waitMs: interrupted || this.gone !== undefined ? DRAIN_INTERRUPTED_MS : DRAIN_MS,
    });
    await allDone;
    options.signal?.removeEventListener('abort', abort);
    options.onHistogram?.(mergedLatency(board));
    return loadResult(plan, board, {
      name: options.name ?? plan.operations.map((operation) => operation.name).join('+'),
      seconds: this.measuredSeconds(wallMs),
      errorTexts: this.errorTexts,
      busy: this.busy,
      generatorCpuMs: (cpu.user + cpu.system) / 1000,
      wallMs,
      before,
      after: after ?? readingWithoutServer(before),
      interrupted,
      gone: this.gone,
      samples: this.samples,
    });
  }

  /** Ends whatever still runs. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** Starts the threads and waits until all are connected; `allDone` says when all have ended. */
  private async startWorkers(): Promise<{ readonly allDone: Promise<void> }> {
    const { plan, board } = this;
    const ready: Promise<void>[] = [];
    const done: Promise<void>[] = [];
    for (let index = 0; index < plan.threads; index++) {
      const worker = startWorker({ plan, memory: board.memory, index });
      this.workers.push(worker);
      let finish: () => void = () => undefined;
      done.push(new Promise((resolve) => (finish = resolve)));
      ready.push(
        new Promise((resolve, reject) => {
          worker.on('error', (error) => {
            reject(error instanceof Error ? error : new Error(String(error)));
            this.lose(`a generator thread failed: ${String(error)}`);
            finish();
          });
          worker.on('message', (message: FromWorker) => {
            if (message.type === 'ready') resolve();
            else if (message.type === 'refused') reject(new Error(message.reason));
            else if (message.type === 'gone') this.lose(message.reason);
            else {
              this.note(message.errors, message.busy);
              finish();
            }
          });
        }),
      );
    }
    await Promise.all(ready);
    return { allDone: Promise.all(done).then(() => undefined) };
  }

  private lose(reason: string): void {
    this.gone ??= reason;
    this.over?.();
  }

  private note(errors: ReadonlyMap<string, number>, busy: number): void {
    for (const [text, count] of errors) this.errorTexts.set(text, (this.errorTexts.get(text) ?? 0) + count);
    this.busy = Math.max(this.busy, busy);
  }

  private tell(message: ToWorker): void {
    for (const worker of this.workers) worker.postMessage(message);
  }

  /** Waits `ms`, or less when the run is over before; takes samples meanwhile. */
  private async during(ms: number, startMs: number | undefined): Promise<void> {
    const timers: NodeJS.Timeout[] = [];
    const sampler = new Sampler(this.board, startMs, (sample) => {
      if (!sample.warmup) this.samples.push(sample);
      this.options.onSample?.(sample);
    });
    timers.push(
      setInterval(() => {
        sampler.sample();
      }, this.options.sampleMs ?? 1000),
    );
    const waits = [this.overPromise];
    if (ms !== Infinity) waits.push(new Promise((resolve) => timers.push(setTimeout(resolve, ms))));
    await Promise.race(waits);
    timers.forEach((timer) => {
      clearInterval(timer);
    });
  }

  /** A counted run lasts from its first request to its last reply, a timed one as long as it was told to. */
  private measuredSeconds(wallMs: number): number {
    const { board, plan } = this;
    if (plan.seconds > 0 && this.gone === undefined) return wallMs / 1000;
    const threads = Array.from({ length: board.threads }, (_, thread) => board.counters(thread));
    const starts = threads.map((counters) => counters[Counter.FIRST_AT_MS] ?? 0).filter((at) => at > 0);
    const last = Math.max(...threads.map((counters) => counters[Counter.LAST_AT_MS] ?? 0));
    if (starts.length === 0 || last === 0) return wallMs / 1000;
    return (last - Math.min(...starts)) / 1000;
  }
}

function readingWithoutServer(before: ServerReading | undefined): ServerReading | undefined {
  return before && { ...before, cpuMs: undefined };
}

/** Turns the growing counts of a board into figures per stretch. */
class Sampler {
  private lastMs = performance.now();
  private lastDone = 0;
  private lastErrors = 0;
  private last = new LatencyHistogram();

  constructor(
    private readonly board: LoadBoard,
    private readonly startMs: number | undefined,
    private readonly take: (sample: LoadSample) => void,
  ) {}

  sample(): void {
    const { board } = this;
    const nowMs = performance.now();
    const done = this.total(Outcome.DONE);
    const errors = this.total(Outcome.ERROR);
    const histogram = mergedLatency(board);
    const part = histogram.since(this.last);
    this.take({
      atSeconds: (nowMs - (this.startMs ?? nowMs)) / 1000,
      requestsPerSecond: ((done - this.lastDone) * 1000) / (nowMs - this.lastMs),
      p50Ms: part.percentileMs(50),
      p99Ms: part.percentileMs(99),
      maxMs: part.maxMs,
      errors: errors - this.lastErrors,
      connections: board.sumCounter(Counter.CONNECTED),
      warmup: this.startMs === undefined,
    });
    this.lastMs = nowMs;
    this.lastDone = done;
    this.lastErrors = errors;
    this.last = histogram;
  }

  private total(outcome: number): number {
    let sum = 0;
    for (let operation = 0; operation < this.board.operations; operation++) {
      sum += this.board.sumOutcome(operation, outcome);
    }
    return sum;
  }
}

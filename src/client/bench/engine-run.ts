import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RandomSource } from './random-source.js';
import { meanInterval } from './ratio-interval.js';

/**
 * A store of strings in this process. Keys come as bytes in a buffer, as a server finds them in what it has read,
 * and values leave as bytes in another, as a server writes them: what is not consumed the compiler may delete.
 */
export interface EngineUnderTest {
  /** Stores the value under the key that stands in `key`. */
  write(key: Buffer, value: Buffer): void;
  /** Copies the value into `output` and returns its length, 0 when there is none. */
  read(key: Buffer, output: Buffer): number;
}

export type EnginePhase = 'fill' | 'overwrite' | 'read' | 'mixed';
export const ENGINE_PHASES: readonly EnginePhase[] = ['fill', 'overwrite', 'read', 'mixed'];

interface PhaseFigures {
  readonly phase: EnginePhase;
  /** Geometric mean over the rounds, and its interval. */
  readonly perSecond: number;
  readonly low: number;
  readonly high: number;
  /** Longest time that `CHUNK` operations took, in ms: the median of the rounds' and the smallest of them. */
  readonly stallMs: number;
  readonly stallMsMin: number;
  /** Garbage collection in one round, in ms: total and longest pause, each the median of the rounds'. */
  readonly gcMs: number;
  readonly gcMsMax: number;
}

export interface EngineFigures {
  readonly engine: string;
  readonly keys: number;
  readonly rounds: number;
  readonly confidence: number;
  readonly phases: readonly PhaseFigures[];
  /** Heap and buffers for one pair beyond its key and value, after the fill. */
  readonly overheadBytesPerKey: number;
}

export interface EngineOptions {
  readonly keys: number;
  readonly valueBytes: number;
  readonly rounds: number;
  readonly confidence: number;
  readonly seed: number;
  /** The phases after the fill that are measured. */
  readonly phases: readonly EnginePhase[];
  /** Operations of such a phase. */
  readonly operations: number;
}

const KEY_PREFIX = 'key:';
const KEY_BYTES = 16;
/** One look at the clock for so many operations costs them 1 ns each and still finds a stall of 0.1 ms. */
const CHUNK = 64;
const WARMUP_KEYS = 100_000;
const WARMUP_OPERATIONS = 200_000;

interface Round {
  readonly perSecond: number;
  readonly stallMs: number;
  readonly gcMs: number;
  readonly gcMsMax: number;
}

/** Measures fresh engines, one for each round: filling, overwriting, reading, then half reads and half writes. */
export async function measureEngine(
  name: string,
  open: () => EngineUnderTest,
  options: EngineOptions,
): Promise<EngineFigures> {
  const phases = ENGINE_PHASES.filter((phase) => phase === 'fill' || options.phases.includes(phase));
  const rounds = new Map<EnginePhase, Round[]>(phases.map((phase) => [phase, []]));
  const overheads: number[] = [];
  // Before the first round counts, the compiler has seen everything.
  const warmup = { ...options, keys: Math.min(options.keys, WARMUP_KEYS), operations: WARMUP_OPERATIONS };
  await measureRound(open, warmup, 0, () => undefined);
  for (let round = 1; round <= options.rounds; round++) {
    const overhead = await measureRound(open, options, round, (phase, figures) =>
      rounds.get(phase)?.push(figures),
    );
    overheads.push(overhead);
  }
  return {
    engine: name,
    keys: options.keys,
    rounds: options.rounds,
    confidence: options.confidence,
    phases: phases.map((phase) => phaseFigures(phase, rounds.get(phase) ?? [], options.confidence)),
    overheadBytesPerKey: median(overheads),
  };
}

/** One engine from empty to gone; returns its overhead in bytes a key. */
async function measureRound(
  open: () => EngineUnderTest,
  options: EngineOptions,
  round: number,
  note: (phase: EnginePhase, figures: Round) => void,
): Promise<number> {
  const before = await liveBytes();
  const driver = new Driver(open(), options, round);
  let overhead = 0;
  for (const phase of ENGINE_PHASES) {
    if (phase !== 'fill' && !options.phases.includes(phase)) continue;
    note(phase, await driver.run(phase));
    if (phase === 'fill')
      overhead = ((await liveBytes()) - before) / options.keys - KEY_BYTES - options.valueBytes;
  }
  return overhead;
}

function phaseFigures(phase: EnginePhase, rounds: readonly Round[], confidence: number): PhaseFigures {
  const { mean, halfWidth } = meanInterval(
    rounds.map((round) => Math.log(round.perSecond)),
    confidence,
  );
  const stalls = rounds.map((round) => round.stallMs);
  return {
    phase,
    perSecond: Math.exp(mean),
    low: Math.exp(mean - halfWidth),
    high: Math.exp(mean + halfWidth),
    stallMs: median(stalls),
    stallMsMin: Math.min(...stalls),
    gcMs: median(rounds.map((round) => round.gcMs)),
    gcMsMax: median(rounds.map((round) => round.gcMsMax)),
  };
}

class Driver {
  private readonly key = Buffer.alloc(KEY_BYTES, '0');
  private readonly value: Buffer;
  private readonly output: Buffer;
  private readonly random: RandomSource;
  private checksum = 0;

  constructor(
    private readonly engine: EngineUnderTest,
    private readonly options: EngineOptions,
    round: number,
  ) {
    this.key.write(KEY_PREFIX, 'latin1');
    this.value = Buffer.alloc(options.valueBytes, 'v');
    this.output = Buffer.alloc(Math.max(64, options.valueBytes));
    this.random = new RandomSource(options.seed + round);
  }

  async run(phase: EnginePhase): Promise<Round> {
    const pauses: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) pauses.push(entry.duration);
    });
    observer.observe({ entryTypes: ['gc'] });
    const operations = phase === 'fill' ? this.options.keys : this.options.operations;
    const { seconds, stallMs } = this.loop(phase, operations);
    // Entries of the collector arrive with the next turns of the event loop.
    await new Promise((settle) => setTimeout(settle, 5));
    observer.disconnect();
    if (phase === 'read' && this.checksum === 0) throw new Error('the engine gave nothing back');
    return {
      perSecond: operations / seconds,
      stallMs,
      gcMs: pauses.reduce((sum, pause) => sum + pause, 0),
      gcMsMax: Math.max(0, ...pauses),
    };
  }

  private loop(phase: EnginePhase, operations: number): { seconds: number; stallMs: number } {
    const began = performance.now();
    let chunkBegan = began;
    let stallMs = 0;
    for (let done = 0; done < operations; done += CHUNK) {
      const end = Math.min(operations, done + CHUNK);
      if (phase === 'fill') for (let i = done; i < end; i++) this.write(i);
      else if (phase === 'overwrite') for (let i = done; i < end; i++) this.write(this.draw());
      else if (phase === 'read') for (let i = done; i < end; i++) this.read(this.draw());
      else this.mixed(end - done);
      const now = performance.now();
      if (now - chunkBegan > stallMs) stallMs = now - chunkBegan;
      chunkBegan = now;
    }
    return { seconds: (performance.now() - began) / 1000, stallMs };
  }

  private mixed(operations: number): void {
    for (let i = 0; i < operations; i++) {
      if ((i & 1) === 0) this.read(this.draw());
      else this.write(this.draw());
    }
  }

  private write(number: number): void {
    this.writeDigits(number);
    this.engine.write(this.key, this.value);
  }

  private read(number: number): void {
    this.writeDigits(number);
    const length = this.engine.read(this.key, this.output);
    this.checksum += length + this.output[length >> 1]!;
  }

  private draw(): number {
    return (this.random.fraction() * this.options.keys) | 0;
  }

  private writeDigits(number: number): void {
    const { key } = this;
    let rest = number;
    for (let at = KEY_BYTES - 1; at >= KEY_PREFIX.length + 3; at--) {
      const tenth = (rest / 10) | 0;
      key[at] = 48 + (rest - tenth * 10);
      rest = tenth;
    }
  }
}

/** The design that a JavaScript programmer writes first, to measure others by: one Map of strings. */
export function mapEngine(): EngineUnderTest {
  const map = new Map<string, string>();
  return {
    write: (key, value) => void map.set(key.toString('latin1'), value.toString('latin1')),
    read: (key, output) => {
      const value = map.get(key.toString('latin1'));
      return value === undefined ? 0 : output.write(value, 'latin1');
    },
  };
}

/** Stores nothing: what the measuring itself costs. */
export function emptyEngine(): EngineUnderTest {
  return {
    write: () => undefined,
    read: (key, output) => {
      output[0] = key[KEY_BYTES - 1]!;
      return 1;
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

let collect: (() => void) | undefined;

/** Bytes of heap and buffers that are still in use after a collection. */
async function liveBytes(): Promise<number> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // Buffers are given back some time after the collection that found them unused.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((settle) => setTimeout(settle, 10));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

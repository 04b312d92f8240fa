import { readFile, writeFile } from 'node:fs/promises';
import type { ComparedMetric } from '../src/client/bench/comparison.js';
import type { EngineFigures } from '../src/client/bench/engine-run.js';

/** A mean and half the width of its 95 % interval. */
export interface Figure {
  readonly mean: number;
  readonly halfWidth: number;
}

export interface Pair {
  readonly redis: Figure;
  readonly mredis: Figure;
}

/** When and on what a figure was taken. */
export interface Origin {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly versions: string;
  readonly load: string;
}

/** Everything that docs/benchmarks.md shows. Each part knows its origin, because parts can be measured alone. */
export interface Figures {
  rows: Record<string, { readonly metrics: readonly ComparedMetric[]; readonly origin: Origin }>;
  sides: Record<string, { readonly pair: Pair; readonly origin: Origin }>;
  engines: Record<string, { readonly figures: readonly EngineFigures[]; readonly origin: Origin }>;
  generator: Record<string, GeneratorFigures & { readonly origin: Origin }>;
}

/** Our load generator beside redis-benchmark, on the same redis-server. */
export interface GeneratorFigures {
  /** Ours in proportion to redis-benchmark's throughput. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly cpuUsPerRequest: Figure;
}

export async function readFigures(file: string): Promise<Figures> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const empty: Figures = { rows: {}, sides: {}, engines: {}, generator: {} };
  // Our own file; what an older version of it lacks is empty.
  return text === '' ? empty : { ...empty, ...(JSON.parse(text) as Figures) };
}

export async function writeFigures(file: string, figures: Figures): Promise<void> {
  await writeFile(file, `${JSON.stringify(figures, undefined, 1)}\n`);
}

import type { LoadResult } from './load-result.js';
import { missOf, type Objective } from './objective.js';

export interface SaturationStep {
  readonly rate: number;
  readonly result: LoadResult;
  /** Why the objective was missed; undefined when it was met. */
  readonly miss: string | undefined;
}

export interface Saturation {
  readonly objective: string;
  /** Highest rate that met the objective; undefined when none did. */
  readonly rate: number | undefined;
  /** Lowest rate that missed it; the truth lies between the two. */
  readonly missedAt: number | undefined;
  readonly steps: readonly SaturationStep[];
}

export interface SaturationOptions {
  readonly objective: Objective;
  /** Throughput of a closed loop, where the search begins. */
  readonly startRate: number;
  /** The search ends when the two rates are within this fraction of each other. */
  readonly precision: number;
  readonly signal: AbortSignal;
  readonly onStep?: (step: SaturationStep) => void;
}

const STEPS_MAX = 40;
/** Below this share of the first rate there is nothing to find: the machine is the limit, not the server. */
const RATE_SHARE_MIN = 0.01;

/**
 * Searches the highest rate of an open loop that meets the objective: halves or doubles until it is enclosed, then
 * halves the distance. Noise spoils single runs, so two runs out of three decide on each rate.
 */
export async function findSaturation(
  run: (rate: number) => Promise<LoadResult>,
  options: SaturationOptions,
): Promise<Saturation> {
  const { objective, signal } = options;
  const steps: SaturationStep[] = [];
  const attempt = async (rate: number): Promise<boolean> => {
    const result = await run(rate);
    const step = { rate, result, miss: missOf(objective, result) };
    if (result.interrupted) return false;
    steps.push(step);
    options.onStep?.(step);
    return step.miss === undefined;
  };
  const meets = async (rate: number): Promise<boolean> => {
    const first = await attempt(rate);
    const second = await attempt(rate);
    return first === second ? first : attempt(rate);
  };

  let good: number | undefined;
  let bad: number | undefined;
  const rateMin = Math.max(1, Math.round(options.startRate * RATE_SHARE_MIN));
  let rate = Math.max(rateMin, Math.round(options.startRate));
  while (steps.length < STEPS_MAX) {
    const met = await meets(rate);
    if (signal.aborted) break;
    if (met) good = rate;
    else bad = rate;
    if (bad !== undefined && good !== undefined && bad - good <= good * options.precision) break;
    if (good === undefined && rate <= rateMin) break;
    const next = bad === undefined ? rate * 2 : good === undefined ? rate / 2 : (good + bad) / 2;
    rate = Math.max(rateMin, Math.round(next));
    if (rate === good || rate === bad) break;
  }
  return { objective: objective.text, rate: good, missedAt: bad, steps };
}

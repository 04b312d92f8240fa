import {
  compare,
  comparisonText,
  intervalText,
  ratioText,
  type Comparison,
  type Side,
} from './comparison.js';
import type { LoadPlan, ServerAddress } from './load-plan.js';
import type { LoadResult } from './load-result.js';
import { runLoad } from './load-run.js';
import { openTarget, type OpenTarget } from './spawned-server.js';
import type { Target } from './target.js';
import { prepareData, type Workload } from './workload.js';

export interface CompareOptions {
  readonly rounds: number;
  readonly roundsMax: number;
  readonly until: number | undefined;
  readonly failBelow: number | undefined;
  readonly confidence: number;
  readonly prefill: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  /** Progress, apart from the results. */
  readonly progress: (text: string) => void;
}

/**
 * Compares two servers on each workload, starting and ending those that are command lines. Returns the exit code:
 * 1 when a ratio is below `failBelow`, 130 when interrupted.
 */
export async function runComparison(
  targets: Readonly<Record<Side, Target>>,
  credentials: Omit<ServerAddress, 'host' | 'port'>,
  plan: LoadPlan,
  workloads: readonly Workload[],
  options: CompareOptions,
): Promise<number> {
  const open: Partial<Record<Side, OpenTarget>> = {};
  const comparisons: Comparison[] = [];
  try {
    const a = (open.A = await openTarget(targets.A, credentials));
    const b = (open.B = await openTarget(targets.B, credentials));
    options.progress(`A  ${a.text}\nB  ${b.text}`);
    for (const workload of workloads) {
      if (options.signal.aborted) break;
      const comparison = await compareWorkload({ A: a, B: b }, plan, workload, options);
      comparisons.push(comparison);
      if (!options.json) options.print(comparisonText(comparison));
    }
  } finally {
    await Promise.all([open.A?.close(), open.B?.close()]);
  }
  if (options.json) options.print(JSON.stringify(comparisons, undefined, 2));
  if (options.signal.aborted) return 130;
  const { failBelow } = options;
  if (failBelow === undefined) return 0;
  const failed = comparisons.filter(({ metrics }) => (metrics[0]?.interval.ratio ?? 0) < failBelow);
  for (const { name, metrics } of failed) {
    options.progress(`${name}: ${ratioText(metrics[0]?.interval.ratio ?? 0)} is below ${failBelow}`);
  }
  return failed.length > 0 ? 1 : 0;
}

/** One workload on two servers that are there. */
export async function compareWorkload(
  open: Readonly<Record<Side, Pick<OpenTarget, 'address'>>>,
  plan: LoadPlan,
  workload: Workload,
  options: Omit<CompareOptions, 'json' | 'print'>,
): Promise<Comparison> {
  const { signal } = options;
  const planFor = (side: Side): LoadPlan => ({
    ...plan,
    operations: workload.operations,
    address: open[side].address,
  });
  if (options.prefill) {
    const lasting = workload.preparations.filter((preparation) => preparation.consumed !== true);
    for (const side of ['A', 'B'] as const) await prepareData(planFor(side), lasting, signal);
  }
  const consumed = options.prefill ? workload.preparations.filter((preparation) => preparation.consumed) : [];
  const run = async (side: Side): Promise<LoadResult> => {
    await prepareData(planFor(side), consumed, signal);
    return runLoad(planFor(side), { name: workload.name, signal });
  };
  return compare(run, {
    name: workload.name,
    rounds: options.rounds,
    roundsMax: options.roundsMax,
    until: options.until,
    limit: options.failBelow,
    confidence: options.confidence,
    signal,
    onRound: (round, interval) => {
      options.progress(`  round ${round}: B / A ${ratioText(interval.ratio)} (${intervalText(interval)})`);
    },
  });
}

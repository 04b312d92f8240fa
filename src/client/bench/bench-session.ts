import { writeFile } from 'node:fs/promises';
import { LatencyHistogram } from './latency-histogram.js';
import type { LoadPlan } from './load-plan.js';
import type { LoadResult, LoadSample } from './load-result.js';
import { runLoad } from './load-run.js';
import { csvHeader, csvLine, hgrmText } from './report-files.js';
import { quietLine, resultText, sampleLine } from './report-text.js';
import { prepareData, type Workload } from './workload.js';

export type OutputFormat = 'text' | 'quiet' | 'csv' | 'json';

/** Shows one run while it happens; a terminal's is a chart. */
export interface LiveView {
  sample(sample: LoadSample): void;
  close(): void;
}

export interface SessionOptions {
  readonly format: OutputFormat;
  readonly prefill: boolean;
  readonly ignoreErrors: boolean;
  /** File for the latency distribution, in which `{test}` stands for the name of the workload. */
  readonly hgrm: string | undefined;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  /** Opens a live view for a run, where there is a terminal to show it on. */
  readonly live: ((title: string) => Promise<LiveView>) | undefined;
}

/**
 * Measures the workloads one after the other and prints what came of each. Returns the exit code: 130 when it was
 * interrupted, 1 when requests failed or the server went away, else 0.
 */
export async function runSession(
  plan: LoadPlan,
  workloads: readonly Workload[],
  options: SessionOptions,
): Promise<number> {
  const results: LoadResult[] = [];
  if (options.format === 'csv') options.print(csvHeader());
  for (const workload of workloads) {
    const result = await runWorkload({ ...plan, operations: workload.operations }, workload, options);
    results.push(result);
    if (options.format === 'text') options.print(resultText(result));
    if (options.format === 'quiet') options.print(quietLine(result));
    if (options.format === 'csv') options.print(csvLine(result));
    if (result.gone !== undefined || options.signal.aborted) break;
  }
  if (options.format === 'json') options.print(JSON.stringify(results, undefined, 2));
  if (options.signal.aborted) return 130;
  const failed = results.some(
    (result) => result.gone !== undefined || result.requests === 0 || result.errors > 0,
  );
  return failed && !options.ignoreErrors ? 1 : 0;
}

async function runWorkload(plan: LoadPlan, workload: Workload, options: SessionOptions): Promise<LoadResult> {
  if (options.prefill) await prepareData(plan, workload.preparations, options.signal);
  const view = await openView(workload.name, options);
  let histogram = new LatencyHistogram();
  try {
    const result = await runLoad(plan, {
      name: workload.name,
      signal: options.signal,
      ...(view === undefined
        ? {}
        : {
            onSample: (sample: LoadSample): void => {
              view.sample(sample);
            },
          }),
      onHistogram: (all) => (histogram = all),
    });
    if (options.hgrm !== undefined)
      await writeFile(hgrmFile(options.hgrm, workload.name), hgrmText(histogram));
    return result;
  } finally {
    view?.close();
  }
}

function hgrmFile(file: string, name: string): string {
  return file.replaceAll('{test}', name.replaceAll(/[^\w.-]+/g, '_'));
}

async function openView(title: string, options: SessionOptions): Promise<LiveView | undefined> {
  if (options.format !== 'text') return undefined;
  if (options.live !== undefined) return options.live(title);
  return {
    sample: (sample) => {
      options.print(sampleLine(sample));
    },
    close: () => undefined,
  };
}

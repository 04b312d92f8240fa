import { Args, Command, Flags } from '@oclif/core';
import { interruptSignal } from '../../client/bench/interrupt.js';
import {
  addressFlags,
  addressOf,
  chosenWorkloads,
  credentialFlags,
  fractionFlag,
  secondsFlag,
  workloadFlags,
  workloadPlan,
} from '../../client/bench/load-flags.js';
import { loadPlan } from '../../client/bench/load-plan.js';
import { runLoad } from '../../client/bench/load-run.js';
import { parseObjective } from '../../client/bench/objective.js';
import { count, ms } from '../../client/bench/report-text.js';
import { findSaturation, type Saturation, type SaturationStep } from '../../client/bench/saturation.js';
import { prepareData } from '../../client/bench/workload.js';
import { wordsInOrder } from '../../client/bench/words-in-order.js';

export default class BenchSaturate extends Command {
  static override summary = 'find the highest rate that still meets an objective';
  static override description =
    'Starts from the throughput of a closed loop and searches with open loops, whose latencies count from the time a request was due. Each rate is tried twice, and a third time when the two disagree.';
  static override examples = [
    "<%= config.bin %> bench saturate --slo 'p99<2ms' --tests get --keys 100000",
    "<%= config.bin %> bench saturate --slo 'p99<2ms,max<50ms' --preset cache",
  ];
  static override strict = false;
  static override args = {
    command: Args.string({ description: "a Redis command of one's own, with its arguments" }),
  };
  static override flags = {
    ...addressFlags,
    ...credentialFlags,
    ...workloadFlags,
    slo: Flags.string({ required: true, description: "the objective: 'p99<2ms', 'p99.9<5ms,errors<0.1%'" }),
    duration: secondsFlag({ default: 3, description: 'length of one run' }),
    warmup: secondsFlag({ default: 0.5, description: 'run so long before measuring, in each run' }),
    precision: fractionFlag({ default: 0.05, description: 'end when the rate is known to this fraction' }),
    json: Flags.boolean({ description: 'all figures of all runs as JSON' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(BenchSaturate);
    const signal = interruptSignal();
    const search = async (): Promise<Saturation> => {
      const objective = parseObjective(flags.slo);
      const [workload, ...more] = chosenWorkloads(flags, wordsInOrder(this.argv, argv.map(String)), 'get');
      if (workload === undefined || more.length > 0) throw new Error('--tests must name one test here');
      const plan = loadPlan({
        ...workloadPlan(flags),
        address: addressOf(flags),
        operations: workload.operations,
        seconds: flags.duration,
        warmupSeconds: flags.warmup,
      });
      if (flags.prefill) await prepareData(plan, workload.preparations, signal);
      const closed = await runLoad(plan, { name: workload.name, signal });
      if (!flags.json) this.log(`closed loop: ${count(closed.requestsPerSecond)} requests/s`);
      return findSaturation((rate) => runLoad({ ...plan, rate }, { name: workload.name, signal }), {
        objective,
        startRate: closed.requestsPerSecond / 2,
        precision: flags.precision,
        signal,
        onStep: (step) => {
          if (!flags.json) this.log(stepLine(step));
        },
      });
    };
    const found = await search().catch((error: unknown) => {
      this.error(error instanceof Error ? error.message : String(error), { exit: 1 });
    });
    this.log(flags.json ? JSON.stringify(found, undefined, 2) : conclusion(found));
    this.exit(signal.aborted ? 130 : found.rate === undefined ? 1 : 0);
  }
}

function stepLine({ rate, result, miss }: SaturationStep): string {
  const { p50Ms, p99Ms, maxMs } = result.latency;
  const lagMs = result.generatorLagP99Ms ?? 0;
  const lag =
    miss !== undefined && lagMs > p99Ms / 2 ? `; the generator itself was ${ms(lagMs)} ms late` : '';
  const verdict = miss === undefined ? 'meets it' : `misses it (${miss}${lag})`;
  return `${count(rate).padStart(10)} requests/s  p50 ${ms(p50Ms)}  p99 ${ms(p99Ms)}  max ${ms(maxMs)} ms  ${verdict}`;
}

function conclusion({ objective, rate, missedAt }: Saturation): string {
  if (rate === undefined) return `no rate meets ${objective}`;
  const above = missedAt === undefined ? '' : `, ${count(missedAt)} no longer does`;
  return `${count(rate)} requests/s still meet ${objective}${above}`;
}

import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import { interruptSignal } from '../../client/bench/interrupt.js';
import { runSession, type OutputFormat } from '../../client/bench/bench-session.js';
import {
  addressFlags,
  addressOf,
  chosenWorkloads,
  credentialFlags,
  lengthFlags,
  workloadFlags,
  workloadPlan,
} from '../../client/bench/load-flags.js';
import { loadPlan } from '../../client/bench/load-plan.js';
import { TEST_NAMES } from '../../client/bench/standard-tests.js';
import { wordsInOrder } from '../../client/bench/words-in-order.js';

const REQUESTS_DEFAULT = 100_000;

export default class Bench extends Command {
  static override summary = 'measure a Redis-compatible server';
  static override description =
    "Load as redis-benchmark makes it, from threads of its own, in a closed loop or (with --rate) an open one whose latencies count from the time a request was due. A command line of one's own takes the place of the tests; in it __rand_int__ stands for a random key number, __key__ for one that is the same throughout the command, __data__ for the value.";
  static override examples = [
    '<%= config.bin %> bench --tests set,get --connections 50 --pipeline 16 --keys 1000000',
    '<%= config.bin %> bench --preset cache --rate 20000 --duration 30',
    '<%= config.bin %> bench --mix get:80,set:20 --keys 100000 --key-dist zipf --duration 10 --json',
    '<%= config.bin %> bench --keys 1000 SETEX session:__key__ 60 __data__',
  ];
  static override strict = false;
  static override args = {
    command: Args.string({ description: "a Redis command of one's own, with its arguments" }),
  };
  static override flags = {
    ...addressFlags,
    ...credentialFlags,
    ...workloadFlags,
    ...lengthFlags,
    rate: Flags.custom<number>({
      parse: (text) => {
        const rate = Number(text);
        if (rate > 0 && rate <= 1e8) return Promise.resolve(rate);
        throw new Error(`expected requests per second, got '${text}'`);
      },
    })({ description: 'open loop: so many requests are due each second, whatever the server does' }),
    arrivals: Flags.option({ options: ['even', 'poisson'] as const })({
      default: 'even',
      description: 'how the requests of an open loop are spaced',
    }),
    quiet: Flags.boolean({ char: 'q', description: 'one line for each test', exclusive: ['json'] }),
    csv: Flags.boolean({ description: "redis-benchmark's CSV, with more columns", exclusive: ['json'] }),
    json: Flags.boolean({ description: 'all figures as JSON' }),
    hgrm: Flags.string({ description: 'write the latency distribution to this file ({test} is its test)' }),
    'ignore-errors': Flags.boolean({ description: 'exit with 0 although requests failed' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Bench);
    const signal = interruptSignal();
    const code = await this.measure(flags, wordsInOrder(this.argv, argv.map(String)), signal).catch(
      (error: unknown) => {
        this.error(error instanceof Error ? error.message : String(error), { exit: 1 });
      },
    );
    this.exit(code);
  }

  private async measure(flags: BenchFlags, args: readonly string[], signal: AbortSignal): Promise<number> {
    const workloads = chosenWorkloads(flags, args, TEST_NAMES.join(','));
    const plan = loadPlan({
      ...workloadPlan(flags),
      address: addressOf(flags),
      operations: [],
      rate: flags.rate ?? 0,
      arrivals: flags.arrivals,
      requests: flags.duration === undefined ? (flags.requests ?? REQUESTS_DEFAULT) : 0,
      seconds: flags.duration ?? 0,
      warmupSeconds: flags.warmup,
      rampSeconds: flags.ramp,
    });
    const format: OutputFormat = flags.json ? 'json' : flags.csv ? 'csv' : flags.quiet ? 'quiet' : 'text';
    return runSession(plan, workloads, {
      format,
      prefill: flags.prefill,
      ignoreErrors: flags['ignore-errors'],
      hgrm: flags.hgrm,
      signal,
      print: (text) => {
        this.log(text);
      },
      live: process.stdout.isTTY
        ? async (title) => (await import('../../client/bench/live-chart.js')).openChart(title)
        : undefined,
    });
  }
}

type BenchFlags = Interfaces.InferredFlags<typeof Bench.flags>;

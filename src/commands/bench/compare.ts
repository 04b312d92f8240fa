import { Args, Command, Flags } from '@oclif/core';
import { interruptSignal } from '../../client/bench/interrupt.js';
import { runComparison } from '../../client/bench/compare-session.js';
import {
  chosenWorkloads,
  credentialFlags,
  credentialsOf,
  fractionFlag,
  secondsFlag,
  wholeFlag,
  workloadFlags,
  workloadPlan,
} from '../../client/bench/load-flags.js';
import { loadPlan } from '../../client/bench/load-plan.js';
import { parseTarget } from '../../client/bench/target.js';
import { wordsInOrder } from '../../client/bench/words-in-order.js';

export default class BenchCompare extends Command {
  static override summary = 'tell whether one server is really faster than another';
  static override description =
    "Measures both in turn, A B B A, and prints B's figures in proportion to A's, each with its confidence interval. A server is HOST:PORT, a redis:// URI, the path of a socket, or a command line with {port} in it, which is started on a free port in a directory of its own and stopped afterwards. After the two, a command of one's own may follow.";
  static override examples = [
    '<%= config.bin %> bench compare 6379 6380 --tests set,get --pipeline 16',
    `<%= config.bin %> bench compare "redis-server --port {port} --save ''" "mredis serve --port {port}" --keys 1000000`,
    '<%= config.bin %> bench compare "node old.js {port}" "node new.js {port}" --fail-below 0.95 --until 0.02',
  ];
  static override strict = false;
  static override args = {
    a: Args.string({ required: true, description: 'the server to compare with' }),
    b: Args.string({ required: true, description: 'the server whose figures are given in proportion' }),
  };
  static override flags = {
    ...credentialFlags,
    ...workloadFlags,
    duration: secondsFlag({ default: 1, description: 'length of one run' }),
    warmup: secondsFlag({ default: 0.2, description: 'run so long before measuring, in each run' }),
    rounds: wholeFlag(2, 10_000)({ default: 6, description: 'rounds of four runs, A B B A' }),
    'rounds-max': wholeFlag(
      2,
      10_000,
    )({
      description: 'rounds at most, when --until or --fail-below ask for more [default: 5 times --rounds]',
    }),
    until: fractionFlag({
      description: 'more rounds until the interval is so narrow: 0.02 for 2 % on each side',
    }),
    confidence: fractionFlag({ default: 0.99, description: 'of the interval' }),
    'fail-below': Flags.custom<number>({
      parse: (text) => {
        const ratio = Number(text);
        if (ratio > 0 && ratio < 1000) return Promise.resolve(ratio);
        throw new Error(`expected a ratio such as 0.95, got '${text}'`);
      },
    })({ description: 'exit with 1 when B has less than this many times the throughput of A' }),
    json: Flags.boolean({ description: 'all figures of all runs as JSON' }),
  };

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(BenchCompare);
    const signal = interruptSignal();
    const rounds = flags.rounds;
    const compared = async (): Promise<number> =>
      runComparison(
        { A: parseTarget(args.a), B: parseTarget(args.b) },
        credentialsOf(flags),
        loadPlan({
          ...workloadPlan(flags),
          address: { host: '', port: 0 },
          operations: [],
          seconds: flags.duration,
          warmupSeconds: flags.warmup,
        }),
        chosenWorkloads(flags, wordsInOrder(this.argv, argv.map(String)).slice(2), 'set,get'),
        {
          rounds,
          roundsMax: Math.max(
            rounds,
            flags['rounds-max'] ??
              (flags.until !== undefined || flags['fail-below'] !== undefined ? 5 : 1) * rounds,
          ),
          until: flags.until,
          failBelow: flags['fail-below'],
          confidence: flags.confidence,
          prefill: flags.prefill,
          json: flags.json,
          signal,
          print: (text) => {
            this.log(text);
          },
          progress: (text) => {
            this.logToStderr(text);
          },
        },
      );
    const code = await compared().catch((error: unknown) => {
      this.error(error instanceof Error ? error.message : String(error), { exit: 1 });
    });
    this.exit(code);
  }
}

// How often does `mredis bench compare` find a difference between a server and itself? It should be one time in a
// hundred, which is what its 99 % interval says. Usage: npm run bench:self-compare [-- comparisons]
import type { Comparison } from '../src/client/bench/comparison.js';
import { bench, withServer } from './servers.js';

const comparisons = Number(process.argv[2] ?? 100);
const FLAGS = ['--tests', 'set', '--rounds', '4', '--duration', '0.1', '--warmup', '0.05', '--json'];

await withServer('redis', async ({ address: { port } }) => {
  let held = 0;
  for (let i = 1; i <= comparisons; i++) {
    // What `mredis bench compare --json` prints.
    const [comparison] = JSON.parse(
      await bench(['compare', String(port), String(port), ...FLAGS]),
    ) as Comparison[];
    const interval = comparison?.metrics[0]?.interval;
    if (interval === undefined) throw new Error('mredis bench compare printed no interval');
    if (interval.low <= 1 && interval.high >= 1) held++;
    else console.log(`comparison ${i} missed 1: ${interval.low.toFixed(3)} .. ${interval.high.toFixed(3)}`);
    if (i % 10 === 0) console.log(`${held} of ${i}`);
  }
  console.log(`the interval held 1 in ${held} of ${comparisons} comparisons of a server with itself`);
});

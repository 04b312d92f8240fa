import { setTimeout as sleep } from 'node:timers/promises';
import type { CliOptions } from './cli-options.js';
import type { Session } from './session.js';
import { writeOut } from './standard-streams.js';

const SAMPLE_PAUSE_MS = 10;
const HISTORY_INTERVAL_MS = 15_000;
const SINGLE_INTERVAL_MS = 1000;

interface LatencySamples {
  minMs: number;
  maxMs: number;
  totalMs: number;
  count: number;
}

/**
 * --latency and --latency-history: times PING a hundred times a second. On a terminal the line is rewritten in place
 * for ever; elsewhere --latency prints one line after a second (or -i).
 */
export async function runLatency(session: Session, options: CliOptions): Promise<number> {
  const history = options.mode === 'latency-history';
  const live = options.output === undefined && process.stdout.isTTY;
  const intervalMs = options.intervalMs || (history ? HISTORY_INTERVAL_MS : SINGLE_INTERVAL_MS);
  await session.connect();
  let samples = noSamples();
  let startedAtMs = Date.now();
  if (live) await writeOut(describe(samples, options));
  for (;;) {
    await session.call(['PING']);
    note(samples, session.lastReplyMs ?? 0);
    const elapsedMs = Date.now() - startedAtMs;
    if (live) await writeOut(`\x1b[0G\x1b[2K${describe(samples, options)}`);
    if (elapsedMs > intervalMs && (history || !live)) {
      const range = ` -- ${(elapsedMs / 1000).toFixed(2)} seconds range`;
      if (!history) {
        await writeOut(`${describe(samples, options)}\n`);
        return 0;
      }
      await writeOut(
        live ? `${range}\n` : `${describe(samples, { ...options, output: 'standard' })}${range}\n`,
      );
      samples = noSamples();
      startedAtMs = Date.now();
    }
    await sleep(SAMPLE_PAUSE_MS);
  }
}

const noSamples = (): LatencySamples => ({ minMs: Infinity, maxMs: 0, totalMs: 0, count: 0 });

function note(samples: LatencySamples, ms: number): void {
  samples.minMs = Math.min(samples.minMs, ms);
  samples.maxMs = Math.max(samples.maxMs, ms);
  samples.totalMs += ms;
  samples.count++;
}

/** Whole milliseconds for minimum and maximum and two places for the mean, as redis-cli has them. */
function describe({ minMs, maxMs, totalMs, count }: LatencySamples, { output }: CliOptions): string {
  const values = [
    Math.floor(count === 0 ? 0 : minMs),
    Math.floor(maxMs),
    (totalMs / Math.max(count, 1)).toFixed(2),
    count,
  ];
  if (output === 'csv') return values.join(',');
  if (output === 'json') {
    return JSON.stringify({ min: values[0], max: values[1], avg: Number(values[2]), count });
  }
  if (output === 'raw' || (output === undefined && !process.stdout.isTTY)) return values.join(' ');
  return `min: ${values[0]}, max: ${values[1]}, avg: ${values[2]} (${count} samples)`;
}

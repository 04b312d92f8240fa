import type { LoadResult } from './load-result.js';

/** A service level objective: what must be true of a run. */
export interface Objective {
  readonly text: string;
  readonly clauses: readonly Clause[];
}

interface Clause {
  readonly text: string;
  /** The figure that counts, in the unit of the limit. */
  readonly valueOf: (result: LoadResult) => number;
  readonly limit: number;
  readonly unit: string;
}

const LATENCIES = {
  mean: (result: LoadResult) => result.latency.meanMs,
  p50: (result: LoadResult) => result.latency.p50Ms,
  p90: (result: LoadResult) => result.latency.p90Ms,
  p95: (result: LoadResult) => result.latency.p95Ms,
  p99: (result: LoadResult) => result.latency.p99Ms,
  'p99.9': (result: LoadResult) => result.latency.p999Ms,
  'p99.99': (result: LoadResult) => result.latency.p9999Ms,
  max: (result: LoadResult) => result.latency.maxMs,
} as const;

/**
 * Reads `p99<2ms`, or several: `p99<2ms,max<50ms,errors<0.1%`. Without a clause of its own, errors must not occur.
 * Throws an Error that names the clause it cannot read.
 */
export function parseObjective(text: string): Objective {
  const clauses = text.split(',').map((part) => parseClause(part.trim()));
  if (!clauses.some((clause) => clause.text.startsWith('errors'))) {
    clauses.push({ text: 'errors<=0%', valueOf: errorPercent, limit: Number.MIN_VALUE, unit: '%' });
  }
  return { text, clauses };
}

function parseClause(text: string): Clause {
  const [, name = '', number = '', unit = ''] =
    /^([a-z0-9.]+)\s*<=?\s*(\d+(?:\.\d+)?)\s*(ms|us|s|%)$/i.exec(text) ?? [];
  const limit = Number(number);
  if (name === 'errors' && unit === '%') return { text, valueOf: errorPercent, limit, unit };
  if (name in LATENCIES && unit !== '%') {
    // `in` has just said that the name is one of them.
    const valueOf = LATENCIES[name as keyof typeof LATENCIES];
    return {
      text,
      valueOf,
      limit: limit * { ms: 1, us: 0.001, s: 1000 }[unit as 'ms' | 'us' | 's'],
      unit: 'ms',
    };
  }
  throw new Error(
    `'${text}' is not an objective such as p99<2ms or errors<0.1% (${Object.keys(LATENCIES).join(', ')}, errors)`,
  );
}

function errorPercent(result: LoadResult): number {
  const all = result.errors + result.requests;
  return all === 0 ? 100 : (100 * result.errors) / all;
}

/** Share of the asked-for rate that must really have been answered. */
const RATE_SHARE_MIN = 0.98;

/** Why `result` misses the objective, or undefined when it meets it. */
export function missOf(objective: Objective, result: LoadResult): string | undefined {
  if (result.gone !== undefined) return `server gone: ${result.gone}`;
  // The last requests may be under way when the run ends, which a slow rate would feel.
  const reached = (result.requests + 2) / (result.rate * result.seconds);
  if (reached < RATE_SHARE_MIN) return `only ${(reached * 100).toFixed(0)} % of the rate was answered`;
  for (const { text, valueOf, limit, unit } of objective.clauses) {
    const value = valueOf(result);
    if (!(value < limit)) return `${text}: ${+value.toPrecision(3)} ${unit}`;
  }
  return undefined;
}

/** A ratio of two measured things and the interval that holds the true one with the asked-for confidence. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** 0.99 for 99 %. */
  readonly confidence: number;
  readonly rounds: number;
}

/**
 * Geometric mean of `ratios` with Student's interval on their logarithms, one ratio for each independent round.
 * A single round says nothing about its own spread: its interval is 0 to Infinity.
 */
export function ratioInterval(ratios: readonly number[], confidence: number): RatioInterval {
  const logs = ratios.map(Math.log);
  const { mean, halfWidth } = meanInterval(logs, confidence);
  return {
    ratio: Math.exp(mean),
    low: Math.exp(mean - halfWidth),
    high: Math.exp(mean + halfWidth),
    confidence,
    rounds: ratios.length,
  };
}

/** The mean of `values` and half the width of its interval, Infinity for fewer than two values. */
export function meanInterval(
  values: readonly number[],
  confidence: number,
): { readonly mean: number; readonly halfWidth: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, halfWidth: Infinity };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, halfWidth: studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n) };
}

/** The value that Student's t with `freedom` degrees of freedom stays below with `probability` (0.5 to 1). */
export function studentQuantile(probability: number, freedom: number): number {
  let low = 0;
  let high = 1;
  while (studentCumulative(high, freedom) < probability && high < 1e9) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentCumulative(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(T <= t) for t >= 0, by the finite sums that exist for whole degrees of freedom
 * (Abramowitz & Stegun, 26.7.3 and 26.7.4).
 */
function studentCumulative(t: number, freedom: number): number {
  const theta = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(theta);
  const even = freedom % 2 === 0;
  let term = even ? 1 : cosine;
  let sum = freedom === 1 ? 0 : term;
  for (let k = even ? 2 : 3; k < freedom; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const between = even ? Math.sin(theta) * sum : (2 / Math.PI) * (theta + Math.sin(theta) * sum);
  return 0.5 + between / 2;
}

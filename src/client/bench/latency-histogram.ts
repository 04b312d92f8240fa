/**
 * A high dynamic range histogram over a plain Float64Array, so that it can stand in memory shared by threads: the
 * generator threads count, the main thread reads while they run. (Libraries keep their counts to themselves, and
 * Node's own `perf_hooks` histogram costs a call into C++ for each value.)
 *
 * Values are milliseconds, kept in steps of 0.1 microseconds below 0.2 ms and with a relative error under 0.1 %
 * above, up to seven minutes; anything longer counts as the longest.
 */

const STEPS_PER_MS = 10_000;
/** 2,048 steps are exact; each doubling after that has 1,024 buckets: an error of at most 1/1,024. */
const EXACT_BITS = 11;
const HALF_BITS = EXACT_BITS - 1;
const HALF = 1 << HALF_BITS;
const STEP_MAX = 0xffff_ffff;
const BUCKETS = ((32 - EXACT_BITS) << HALF_BITS) + (1 << EXACT_BITS);

const SLOT_TOTAL = 0;
const SLOT_SUM_MS = 1;
const SLOT_MAX_MS = 2;
const SLOT_MIN_MS = 3;
const SLOTS = 4;

/** Numbers (of 8 bytes) that one histogram takes. */
export const HISTOGRAM_LENGTH = SLOTS + BUCKETS;

export class LatencyHistogram {
  readonly counts: Float64Array;

  constructor(counts: Float64Array = new Float64Array(HISTOGRAM_LENGTH)) {
    this.counts = counts;
  }

  get total(): number {
    return this.counts[SLOT_TOTAL] ?? 0;
  }

  get maxMs(): number {
    return this.counts[SLOT_MAX_MS] ?? 0;
  }

  get minMs(): number {
    return this.counts[SLOT_MIN_MS] ?? 0;
  }

  get meanMs(): number {
    return this.total === 0 ? 0 : (this.counts[SLOT_SUM_MS] ?? 0) / this.total;
  }

  /** Counts `valueMs` `times` times. */
  record(valueMs: number, times = 1): void {
    const { counts } = this;
    const value = valueMs > 0 ? valueMs : 0;
    const total = counts[SLOT_TOTAL] ?? 0;
    if (value > (counts[SLOT_MAX_MS] ?? 0)) counts[SLOT_MAX_MS] = value;
    if (total === 0 || value < (counts[SLOT_MIN_MS] ?? 0)) counts[SLOT_MIN_MS] = value;
    counts[SLOT_SUM_MS] = (counts[SLOT_SUM_MS] ?? 0) + value * times;
    counts[SLOT_TOTAL] = total + times;
    const bucket = SLOTS + bucketOf(value);
    counts[bucket] = (counts[bucket] ?? 0) + times;
  }

  /**
   * Latency that `percentile` (0 to 100) of the values do not exceed, in ms: the highest value of its bucket,
   * never above the true maximum. 0 when nothing was recorded.
   */
  percentileMs(percentile: number): number {
    const { counts } = this;
    const wanted = Math.max(1, Math.ceil((percentile / 100) * this.total - 1e-9));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += counts[SLOTS + bucket] ?? 0;
      if (seen >= wanted) return Math.min(highestMsOf(bucket), this.maxMs);
    }
    return this.maxMs;
  }

  add(other: LatencyHistogram): this {
    if (other.total === 0) return this;
    const { counts } = this;
    const min = this.total === 0 ? other.minMs : Math.min(this.minMs, other.minMs);
    const max = Math.max(this.maxMs, other.maxMs);
    for (let i = 0; i < HISTOGRAM_LENGTH; i++) counts[i] = (counts[i] ?? 0) + (other.counts[i] ?? 0);
    counts[SLOT_MIN_MS] = min;
    counts[SLOT_MAX_MS] = max;
    return this;
  }

  /** What was recorded since `earlier`, an older copy of this histogram. Its maximum is that of its highest bucket. */
  since(earlier: LatencyHistogram): LatencyHistogram {
    const part = new LatencyHistogram();
    let highest = -1;
    let lowest = -1;
    for (let i = 0; i < HISTOGRAM_LENGTH; i++) {
      const count = (this.counts[i] ?? 0) - (earlier.counts[i] ?? 0);
      part.counts[i] = count;
      if (i < SLOTS || count <= 0) continue;
      highest = i - SLOTS;
      if (lowest < 0) lowest = highest;
    }
    part.counts[SLOT_MAX_MS] = highest < 0 ? 0 : Math.min(highestMsOf(highest), this.maxMs);
    part.counts[SLOT_MIN_MS] = lowest < 0 ? 0 : Math.min(highestMsOf(lowest), this.maxMs);
    return part;
  }

  copy(): LatencyHistogram {
    return new LatencyHistogram(this.counts.slice());
  }

  /** Buckets that hold something, lowest first: the highest value of each in ms, and how many values it holds. */
  *filled(): Generator<{ readonly upToMs: number; readonly count: number }> {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.counts[SLOTS + bucket] ?? 0;
      if (count > 0) yield { upToMs: Math.min(highestMsOf(bucket), this.maxMs), count };
    }
  }
}

function bucketOf(valueMs: number): number {
  const steps = valueMs * STEPS_PER_MS;
  const step = steps >= STEP_MAX ? STEP_MAX : steps >>> 0;
  const shift = 32 - EXACT_BITS - Math.clz32(step);
  return shift <= 0 ? step : (shift << HALF_BITS) + (step >>> shift);
}

function highestMsOf(bucket: number): number {
  if (bucket < 2 * HALF) return (bucket + 1) / STEPS_PER_MS;
  const shift = (bucket >>> HALF_BITS) - 1;
  const top = bucket - (shift << HALF_BITS);
  return ((top + 1) * 2 ** shift) / STEPS_PER_MS;
}

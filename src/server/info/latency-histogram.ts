/** Buckets per doubling: a value is known to about 3 %. */
const STEPS = 32;
/** From 1 nanosecond to about 17 minutes. */
const DOUBLINGS = 40;

/** How often which time was taken, in logarithmic buckets. */
export class LatencyHistogram {
  private readonly counts = new Float64Array(STEPS * DOUBLINGS);
  total = 0;

  /** The bucket of a time: compute it once, count it for many. */
  static bucketOf(microseconds: number): number {
    const bucket = Math.floor(Math.log2(microseconds * 1000) * STEPS);
    if (!(bucket >= 0)) return 0;
    return Math.min(bucket, STEPS * DOUBLINGS - 1);
  }

  count(bucket: number, weight: number): void {
    this.counts[bucket]! += weight;
    this.total += weight;
  }

  /** Microseconds within which `percentile` per cent of the calls ended. */
  percentile(percentile: number): number {
    const wanted = Math.max(1, Math.ceil((percentile / 100) * this.total));
    let seen = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      seen += this.counts[bucket]!;
      if (seen >= wanted) return 2 ** ((bucket + 0.5) / STEPS) / 1000;
    }
    return 0;
  }

  /** Calls within each power of two of microseconds, cumulative, from the first bucket that is not empty to the last. */
  powers(): [microseconds: number, calls: number][] {
    const powers: [number, number][] = [];
    let seen = 0;
    let limit = 1;
    for (let bucket = 0; bucket < this.counts.length && seen < this.total; limit *= 2) {
      const before = seen;
      while (bucket < this.counts.length && 2 ** ((bucket + 1) / STEPS) / 1000 <= limit * 1.000_001) {
        seen += this.counts[bucket++]!;
      }
      if (seen > before) powers.push([limit, seen]);
    }
    return powers;
  }
}

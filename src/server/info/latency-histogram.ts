/** Buckets per doubling, 2^5: a value is known to about 3 %. */
const STEP_BITS = 5;
const STEPS = 1 << STEP_BITS;
/** From 1 nanosecond to about 17 minutes. */
const DOUBLINGS = 40;

/** The first word of a double: sign, 11 bits of exponent, 20 of mantissa. */
const MANTISSA_BITS = 20;
const EXPONENT_OF_ONE = 1023;
const double = new DataView(new ArrayBuffer(8));

/** Where a bucket begins, in nanoseconds. */
function startOf(bucket: number): number {
  return 2 ** (bucket >>> STEP_BITS) * (1 + (bucket & (STEPS - 1)) / STEPS);
}

/** How often which time was taken, in buckets that divide each doubling evenly. */
export class LatencyHistogram {
  private readonly counts = new Float64Array(STEPS * DOUBLINGS);
  total = 0;

  /** The bucket of a time: compute it once, count it for many. */
  static bucketOf(microseconds: number): number {
    // Exponent and the first bits of the mantissa are the bucket: 8 ns, where a logarithm takes 12.
    double.setFloat64(0, microseconds * 1000);
    const bucket = (double.getInt32(0) >> (MANTISSA_BITS - STEP_BITS)) - (EXPONENT_OF_ONE << STEP_BITS);
    return Math.max(0, Math.min(bucket, STEPS * DOUBLINGS - 1));
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
      if (seen >= wanted) return (startOf(bucket) + startOf(bucket + 1)) / 2000;
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
      while (bucket < this.counts.length && startOf(bucket + 1) / 1000 <= limit) {
        seen += this.counts[bucket++]!;
      }
      if (seen > before) powers.push([limit, seen]);
    }
    return powers;
  }
}

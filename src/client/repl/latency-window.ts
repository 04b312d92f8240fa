/** Samples beyond this are not kept: an interval has a few dozen. */
const SAMPLES_MAX = 10_000;

/** Round-trip times of one interval, in milliseconds. */
export class LatencyWindow {
  #samples: number[] = [];

  add(ms: number): void {
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push(ms);
  }

  /** The percentiles of what was added since the last time; zeros without samples. */
  take(): { p50: number; p99: number; max: number } {
    const sorted = this.#samples.sort((a, b) => a - b);
    this.#samples = [];
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
  }
}

import type { RandomSource } from './random-source.js';

/**
 * The times at which the requests of an open loop are due, in ms on the caller's clock: at `ratePerMs`, evenly or as
 * a Poisson process, reached in a straight line during the first `rampMs`.
 */
export class ArrivalSchedule {
  private due: number;

  constructor(
    private readonly startMs: number,
    private readonly ratePerMs: number,
    private readonly rampMs: number,
    private readonly poisson: RandomSource | undefined,
  ) {
    this.due = startMs;
    this.advance();
  }

  /** When the next request is due. */
  peek(): number {
    return this.due;
  }

  /** Takes the next request and returns when it was due. */
  take(): number {
    const { due } = this;
    this.advance();
    return due;
  }

  private advance(): void {
    const gap = this.poisson === undefined ? 1 : -Math.log(1 - this.poisson.fraction());
    const sinceStart = this.due - this.startMs;
    if (sinceStart >= this.rampMs) {
      this.due += gap / this.ratePerMs;
      return;
    }
    // While the rate rises as rate * t / ramp, the number due by t is rate * t^2 / (2 * ramp).
    const dueBefore = (this.ratePerMs * sinceStart ** 2) / (2 * this.rampMs);
    this.due = this.startMs + Math.sqrt(((dueBefore + gap) * 2 * this.rampMs) / this.ratePerMs);
  }
}

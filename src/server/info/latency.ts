/** Samples kept for each event. */
const SAMPLES_MAX = 160;

export interface LatencySample {
  readonly timeSeconds: number;
  readonly latencyMs: number;
}

interface Series {
  samples: LatencySample[];
  maxMs: number;
}

/** Events that took longer than `latency-monitor-threshold`: LATENCY. */
export class LatencyMonitor {
  private readonly series = new Map<string, Series>();

  /** One sample a second is kept of an event: the longest. */
  add(event: string, latencyMs: number, nowMs: number): void {
    const timeSeconds = Math.floor(nowMs / 1000);
    let series = this.series.get(event);
    if (series === undefined) this.series.set(event, (series = { samples: [], maxMs: 0 }));
    series.maxMs = Math.max(series.maxMs, latencyMs);
    const last = series.samples.at(-1);
    if (last?.timeSeconds === timeSeconds) {
      if (latencyMs > last.latencyMs) series.samples[series.samples.length - 1] = { timeSeconds, latencyMs };
      return;
    }
    series.samples.push({ timeSeconds, latencyMs });
    if (series.samples.length > SAMPLES_MAX) series.samples.shift();
  }

  history(event: string): readonly LatencySample[] {
    return this.series.get(event)?.samples ?? [];
  }

  get events(): string[] {
    return [...this.series.keys()];
  }

  latest(): { event: string; last: LatencySample; maxMs: number }[] {
    return [...this.series].map(([event, { samples, maxMs }]) => ({ event, last: samples.at(-1)!, maxMs }));
  }

  /** The highest sample of an event, 0 for one that never happened. */
  maxMs(event: string): number {
    return this.series.get(event)?.maxMs ?? 0;
  }

  /** Forgets the events named, or all of them; how many there were. */
  reset(events: readonly string[]): number {
    if (events.length === 0) {
      const { size } = this.series;
      this.series.clear();
      return size;
    }
    return events.filter((event) => this.series.delete(event)).length;
  }
}

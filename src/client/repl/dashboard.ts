import type { Session } from '../session.js';
import { sampleServer, type ServerSample } from '../server-statistics.js';
import { LatencyWindow } from './latency-window.js';
import { Terminal } from './terminal.js';

/** One moment of the dashboard: rates since the moment before. */
export interface DashboardPoint {
  readonly sample: ServerSample;
  readonly commandsPerSecond: number;
  readonly inputBytesPerSecond: number;
  readonly outputBytesPerSecond: number;
  /** Hits in all lookups since the moment before, 0 to 1; NaN without any. */
  readonly hitRate: number;
  /** Round-trip times of PING in this interval, in milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** How many moments are kept: more than a terminal is wide. */
const POINTS_MAX = 600;
/** How often PING is timed. */
const PROBE_MS = 50;

const ALTERNATE_SCREEN_ON = '\x1b[?1049h\x1b[H';
const ALTERNATE_SCREEN_OFF = '\x1b[?1049l';

/** What the dashboard draws, told anew every interval. */
export class DashboardFeed {
  #points: readonly DashboardPoint[] = [];
  #problem = '';
  readonly #listeners = new Set<() => void>();
  #view = this.#makeView();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): { readonly points: readonly DashboardPoint[]; readonly problem: string } => this.#view;

  add(point: DashboardPoint): void {
    this.#points = [...this.#points, point].slice(-POINTS_MAX);
    this.report('');
  }

  report(problem: string): void {
    this.#problem = problem;
    this.#view = this.#makeView();
    for (const listener of this.#listeners) listener();
  }

  #makeView(): { points: readonly DashboardPoint[]; problem: string } {
    return { points: this.#points, problem: this.#problem };
  }
}

/** --stat on a terminal: charts over time, until `q` or Ctrl-C. Leaves the screen as it was. */
export async function runDashboard(session: Session, intervalMs: number): Promise<number> {
  process.env['CI'] = 'false';
  const { mountDashboard } = await import('./dashboard-view.js');
  const terminal = new Terminal();
  terminal.open();
  process.stdout.write(ALTERNATE_SCREEN_ON);
  const leaveScreen = (): void => {
    process.stdout.write(ALTERNATE_SCREEN_OFF);
  };
  process.on('exit', leaveScreen);
  const feed = new DashboardFeed();
  const latency = new LatencyWindow();
  const unmount = mountDashboard(feed, session.settings.address);
  const timers = [
    setInterval(() => void probe(session, latency), PROBE_MS),
    setInterval(() => void observe(session, feed, latency), intervalMs),
  ];
  void observe(session, feed, latency);
  for (let key = await terminal.readKey(); !LEAVE_KEYS.includes(key.name);) key = await terminal.readKey();
  for (const timer of timers) clearInterval(timer);
  unmount();
  process.off('exit', leaveScreen);
  leaveScreen();
  terminal.release();
  return 0;
}

const LEAVE_KEYS = ['q', 'escape', 'ctrl-c', 'ctrl-d'];

async function probe(session: Session, latency: LatencyWindow): Promise<void> {
  if (!session.connected) return;
  await session.call(['PING']).then(
    () => {
      latency.add(session.lastReplyMs ?? 0);
    },
    () => undefined,
  );
}

async function observe(session: Session, feed: DashboardFeed, latency: LatencyWindow): Promise<void> {
  try {
    const sample = await sampleServer(session);
    feed.add(pointBetween(feed.view().points.at(-1)?.sample, sample, latency.take()));
  } catch (error) {
    feed.report(error instanceof Error ? error.message : String(error));
  }
}

function pointBetween(
  before: ServerSample | undefined,
  sample: ServerSample,
  latencyMs: DashboardPoint['latencyMs'],
): DashboardPoint {
  const seconds = before === undefined ? NaN : (sample.atMs - before.atMs) / 1000;
  const rate = (name: 'commands' | 'inputBytes' | 'outputBytes'): number =>
    before === undefined ? 0 : Math.max(0, (sample[name] - before[name]) / seconds);
  const hits = sample.hits - (before?.hits ?? sample.hits);
  const misses = sample.misses - (before?.misses ?? sample.misses);
  return {
    sample,
    commandsPerSecond: rate('commands'),
    inputBytesPerSecond: rate('inputBytes'),
    outputBytesPerSecond: rate('outputBytes'),
    hitRate: hits / (hits + misses),
    latencyMs,
  };
}

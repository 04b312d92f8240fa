import type { Server } from '../server.js';

/** Redis's bounds on `hz`. */
const HZ_MIN = 1;
const HZ_MAX = 500;

/** What the server does `hz` times a second. */
export class Cron {
  /** DEBUG PAUSE-CRON. */
  paused = false;
  private timer: NodeJS.Timeout | null = null;
  private readonly tasks: (() => void)[] = [];

  constructor(private readonly server: Server) {}

  /** Times a second. */
  get hz(): number {
    return Math.min(HZ_MAX, Math.max(HZ_MIN, this.server.config.hz));
  }

  /** Calls `task` every time. */
  add(task: () => void): void {
    this.tasks.push(task);
  }

  /** Calls `task` about once a second. */
  everySecond(task: () => void): void {
    let lastMs = 0;
    this.add(() => {
      if (this.server.nowMs - lastMs < 1000) return;
      lastMs = this.server.nowMs;
      task();
    });
  }

  start(): void {
    this.stop();
    this.timer = setInterval(() => {
      this.tick();
    }, 1000 / this.hz);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const { server } = this;
    server.refreshTime();
    server.keyspace.tick(server.nowMs);
    if (this.paused) return;
    server.statistics.sample(server);
    for (const task of this.tasks) task();
  }
}

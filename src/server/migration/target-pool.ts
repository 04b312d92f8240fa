import { Target } from './target.js';

/** As many connections are kept open after use, each so long, as Redis does. */
const KEPT_MAX = 64;
const KEPT_MS = 10_000;

/** Connections to other servers: those in use, and one per address that is kept for the next MIGRATE. */
export class TargetPool {
  private readonly kept = new Map<string, Target>();
  private readonly used = new Set<Target>();

  /** Connections that wait for their next use. */
  get size(): number {
    return this.kept.size;
  }

  /** Rejects with a `TargetError`. */
  async take(host: string, port: number, timeoutMs: number): Promise<Target> {
    const address = `${host}:${port}`;
    const kept = this.kept.get(address);
    this.kept.delete(address);
    const target = kept?.usable === true ? kept : await Target.connect(host, port, timeoutMs);
    target.setTimeout(timeoutMs);
    this.used.add(target);
    return target;
  }

  /** The connection is free again; one that is broken, or one too many, is closed. */
  give(host: string, port: number, target: Target, nowMs: number): void {
    this.used.delete(target);
    const address = `${host}:${port}`;
    if (!target.usable || this.kept.has(address)) return target.close();
    target.setTimeout(0);
    target.lastUsedMs = nowMs;
    if (this.kept.size === KEPT_MAX) this.drop(this.kept.keys().next().value!);
    this.kept.set(address, target);
  }

  /** Closes what has not been used for a while. */
  closeIdle(nowMs: number): void {
    for (const [address, target] of this.kept) {
      if (!target.usable || nowMs - target.lastUsedMs > KEPT_MS) this.drop(address);
    }
  }

  private drop(address: string): void {
    this.kept.get(address)!.close();
    this.kept.delete(address);
  }

  close(): void {
    for (const target of [...this.used, ...this.kept.values()]) target.close();
    this.kept.clear();
  }
}

import type { Records } from './record.js';
import { ACCESS_MASK } from './record.js';

/** A new key starts with this much frequency, so that it is not evicted before it had a chance. */
const LFU_INITIAL = 5;

/**
 * The 24 bits that each record keeps about its use, as Redis keeps them: the LRU clock in seconds, or, under an LFU
 * policy, 16 bits of minutes since the last decay and an 8-bit logarithmic counter.
 */
export class AccessClock {
  /** True under an allkeys-lfu or volatile-lfu policy. */
  lfu = false;
  lfuLogFactor = 10;
  lfuDecayMinutes = 1;
  private seconds = 0;
  private minutes = 0;

  constructor(private readonly random: () => number) {}

  /** Sets the time; called a few times a second. */
  tick(nowMs: number): void {
    this.seconds = Math.floor(nowMs / 1000) & ACCESS_MASK;
    this.minutes = Math.floor(nowMs / 60_000) & 0xffff;
  }

  /** The field of a new record. */
  initial(): number {
    return this.lfu ? (this.minutes << 8) | LFU_INITIAL : this.seconds;
  }

  touch(records: Records, ref: number): void {
    const access = records.access(ref);
    if (this.lfu) records.setAccess(ref, (this.minutes << 8) | this.incremented(this.frequency(access)));
    else if (access !== this.seconds) records.setAccess(ref, this.seconds);
  }

  idleSeconds(access: number): number {
    return (this.seconds - access) & ACCESS_MASK;
  }

  /** The field of a record that was used `idleSeconds` ago. */
  fromIdleSeconds(idleSeconds: number): number {
    return (this.seconds - idleSeconds) & ACCESS_MASK;
  }

  fromFrequency(frequency: number): number {
    return (this.minutes << 8) | frequency;
  }

  /** The LFU counter, decayed for the time that has passed. */
  frequency(access: number): number {
    const counter = access & 0xff;
    if (this.lfuDecayMinutes === 0) return counter;
    const elapsed = (this.minutes - (access >>> 8)) & 0xffff;
    return Math.max(0, counter - Math.floor(elapsed / this.lfuDecayMinutes));
  }

  private incremented(counter: number): number {
    if (counter === 255) return 255;
    const above = Math.max(0, counter - LFU_INITIAL);
    return this.random() < 1 / (above * this.lfuLogFactor + 1) ? counter + 1 : counter;
  }
}

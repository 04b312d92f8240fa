import type { Request } from '../../protocol/request.js';
import { type Command, Flag } from '../commands/command.js';
import { LatencyHistogram } from '../info/latency-histogram.js';
import type { Session } from '../clients/session.js';

/** Told of every command that was timed by itself. */
export type TimedListener = (
  session: Session,
  command: Command,
  request: Request,
  microseconds: number,
) => void;

const SMALL_BATCH = 4;
const EXACT_BATCHES = 1024;
const SAMPLED_BATCHES = 16;

/**
 * Time spent in commands, for INFO commandstats, SLOWLOG and LATENCY.
 *
 * Reading the clock costs about as much as a GET in a long pipeline. So only commands whose time depends on their
 * arguments (`Flag.TIMED`) are timed one by one; the others share the time of their batch evenly. And where one ends
 * another begins: the clock is read once for each of a row.
 */
export class CommandClock {
  onTimed: TimedListener | null = null;
  /** Commands with one of these flags are timed by themselves. */
  timedFlags: number = Flag.TIMED;
  private timedMs = 0;
  private inBatch = false;
  /** The last reading of the clock. */
  private lastMs = 0;
  /** The command that began then, by its number among all that the server has run; 0 for none. */
  private beginsThen = 0;
  private smallBatches = 0;
  /** Small batches that are still timed one by one: what a test or a person tries first is shown exactly. */
  private exactBatches = EXACT_BATCHES;
  /** `latency-tracking`. */
  histograms = true;

  /** Times every command by itself, or only those whose time depends on their arguments. */
  timeAll(all: boolean): void {
    this.timedFlags = all ? Flag.TIMED | Flag.ANY : Flag.TIMED;
  }

  /** CONFIG RESETSTAT: begins anew. */
  reset(): void {
    this.exactBatches = EXACT_BATCHES;
  }

  private record(command: Command, bucket: number, weight: number): void {
    (command.latency ??= new LatencyHistogram()).count(bucket, weight);
  }

  /** Something else than commands takes time now. */
  pause(): void {
    this.beginsThen = 0;
  }

  /** Runs a command and times it. `number`: how many the server has run, this one included. */
  run(session: Session, command: Command, request: Request, number: number): void {
    const startMs = this.beginsThen === number ? this.lastMs : performance.now();
    command.handler!(session, request);
    const endMs = performance.now();
    const elapsedMs = endMs - startMs;
    if (this.inBatch) {
      this.lastMs = endMs;
      this.beginsThen = number + 1;
    }
    this.timedMs += elapsedMs;
    const microseconds = elapsedMs * 1000;
    command.microseconds += microseconds;
    if (this.histograms) this.record(command, LatencyHistogram.bucketOf(microseconds), 1);
    this.onTimed?.(session, command, request, microseconds);
  }

  /** Counts the time that it took to serve a blocked client; what it waited is not work. */
  served(session: Session, request: Request, microseconds: number): void {
    const command = session.lastCommand;
    if (command === null) return;
    command.microseconds += microseconds;
    this.onTimed?.(session, command, request, microseconds);
  }

  /** Begins a batch of `count` commands, of which the first is command `number`; give what it returns to `endBatch`. */
  beginBatch(count: number, number: number): number {
    this.timedMs = 0;
    this.inBatch = true;
    // Without pipelining the two readings would cost 90 ns of 5 microseconds: one batch in 16 stands for all.
    if (count < SMALL_BATCH) {
      if (this.exactBatches > 0) this.exactBatches--;
      else if ((++this.smallBatches & (SAMPLED_BATCHES - 1)) !== 0) return 0;
    }
    this.beginsThen = number;
    return (this.lastMs = performance.now());
  }

  /**
   * Shares the time of a batch, less what was timed by itself, among its `count` commands; `number` is that of the
   * command to come.
   */
  endBatch(startMs: number, commands: readonly (Command | undefined)[], count: number, number: number): void {
    const beginsThen = this.beginsThen;
    this.inBatch = false;
    this.beginsThen = 0;
    if (startMs === 0) return;
    const endMs = beginsThen === number ? this.lastMs : performance.now();
    const weight = count < SMALL_BATCH && this.exactBatches === 0 ? SAMPLED_BATCHES : 1;
    const { histograms, timedFlags } = this;
    const each = (Math.max(0, endMs - startMs - this.timedMs) * 1000) / count;
    const bucket = histograms ? LatencyHistogram.bucketOf(each) : 0;
    for (let i = 0; i < count;) {
      const command = commands[i];
      let same = 1;
      while (i + same < count && commands[i + same] === command) same++;
      i += same;
      if (command === undefined || (command.flags & timedFlags) !== 0) continue;
      command.microseconds += same * weight * each;
      if (histograms) this.record(command, bucket, same * weight);
    }
  }
}

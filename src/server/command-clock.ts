import type { Request } from '../protocol/request.js';
import { type Command, Flag } from './commands/command.js';
import type { Session } from './session.js';

/** Told of every command that was timed by itself. */
export type TimedListener = (
  session: Session,
  command: Command,
  request: Request,
  microseconds: number,
) => void;

const SMALL_BATCH = 4;
const SAMPLED_BATCHES = 16;

/**
 * Time spent in commands, for INFO commandstats, SLOWLOG and LATENCY.
 *
 * Reading the clock costs about as much as a GET in a long pipeline. So only commands whose time depends on their
 * arguments (`Flag.TIMED`) are timed one by one; the others share the time of their batch evenly.
 */
export class CommandClock {
  onTimed: TimedListener | null = null;
  private timedMs = 0;
  private smallBatches = 0;

  /** Runs a command and times it. */
  run(session: Session, command: Command, request: Request): void {
    const startMs = performance.now();
    command.handler!(session, request);
    const elapsedMs = performance.now() - startMs;
    this.timedMs += elapsedMs;
    const microseconds = elapsedMs * 1000;
    command.microseconds += microseconds;
    this.onTimed?.(session, command, request, microseconds);
  }

  /** Begins a batch of `count` commands; give what it returns to `endBatch`. */
  beginBatch(count: number): number {
    this.timedMs = 0;
    // Without pipelining the two readings would cost 90 ns of 5 microseconds: one batch in 16 stands for all.
    if (count < SMALL_BATCH && (++this.smallBatches & (SAMPLED_BATCHES - 1)) !== 0) return 0;
    return performance.now();
  }

  /** Shares the time of a batch, less what was timed by itself, among its `count` commands. */
  endBatch(startMs: number, commands: readonly (Command | undefined)[], count: number): void {
    if (startMs === 0) return;
    const weight = count < SMALL_BATCH ? SAMPLED_BATCHES : 1;
    const share = (weight * (performance.now() - startMs - this.timedMs) * 1000) / count;
    for (let i = 0; i < count; i++) {
      const command = commands[i];
      if (command !== undefined && (command.flags & Flag.TIMED) === 0) command.microseconds += share;
    }
  }
}

import { ArrivalSchedule } from './arrival-schedule.js';
import type { Batch, Lane, LaneOwner } from './lane.js';
import { laneMaker } from './lane-maker.js';
import { Counter, Phase, type LoadBoard } from './load-board.js';
import { shareOf, type LoadPlan } from './load-plan.js';
import { RandomSource } from './random-source.js';
import { ReplyKind } from './reply-counter.js';
import { Subscriber } from './subscriber.js';
import { Tally } from './tally.js';

const RECONNECT_MS = 100;
/** Without any connection for so long, the server is gone. */
const GONE_MS = 2_000;
/** Timers are no finer than 1 ms: what is due sooner is waited for by turning the event loop. */
const TIMER_MS_MIN = 2;

/** One generator thread: its lanes, when they send, and what is counted. */
export class LoadThread implements LaneOwner {
  readonly tally: Tally;

  private readonly lanes: Lane[] = [];
  private readonly subscribers: Subscriber[] = [];
  private readonly idle: Lane[] = [];
  private schedule: ArrivalSchedule | undefined;
  private timer: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  private goneTimer: NodeJS.Timeout | undefined;
  private started = false;
  private running = false;
  private ended = false;
  private busyLanes = 0;
  private connectedLanes = 0;

  constructor(
    private readonly plan: LoadPlan,
    private readonly board: LoadBoard,
    private readonly index: number,
    private readonly onEnd: () => void,
    private readonly onGone: (reason: string) => void,
  ) {
    this.tally = new Tally(board, index);
  }

  /** Opens this thread's share of the connections, at most 128 at a time. */
  async connect(): Promise<void> {
    const { plan, index } = this;
    const count = shareOf(plan.connections, index, plan.threads);
    const makeLane = await laneMaker(plan, index, this);
    for (let i = 0; i < count; i++) this.lanes.push(makeLane());
    for (let i = 0; i < count; i += 128) {
      await Promise.all(this.lanes.slice(i, i + 128).map((lane) => lane.connect()));
    }
    for (const lane of this.lanes) this.connected(lane);
    for (let i = shareOf(plan.subscribers, index, plan.threads); i > 0; i--) {
      const subscriber = new Subscriber(plan.address, plan.channel, () => {
        if (this.board.phase === Phase.MEASURE) this.tally.add(Counter.DELIVERED, 1);
      });
      this.subscribers.push(subscriber);
      await subscriber.connect();
    }
  }

  start(): void {
    const { plan } = this;
    this.started = true;
    this.running = true;
    for (const lane of this.lanes)
      if (!lane.batch.connected) this.reconnect(lane, 'Server closed the connection');
    if (plan.rate > 0) {
      const perMs = plan.rate / plan.threads / 1000;
      const poisson =
        plan.arrivals === 'poisson' ? new RandomSource(plan.seed * 7919 + this.index) : undefined;
      // Threads take turns instead of sending at the same moment.
      const offset = this.index / plan.threads / perMs;
      const startMs = performance.now() + offset;
      this.schedule = new ArrivalSchedule(startMs, perMs, plan.rampSeconds * 1000, poisson);
      this.idle.push(...this.lanes.filter((lane) => lane.batch.connected));
      this.sendDue(false);
      return;
    }
    const stepMs = (plan.rampSeconds * 1000) / Math.max(1, this.lanes.length);
    this.lanes.forEach((lane, i) => {
      if (stepMs === 0) this.sendNext(lane, performance.now());
      else setTimeout(() => this.sendNext(lane, performance.now()), i * stepMs);
    });
    if (this.lanes.length === 0) this.end();
  }

  /** Stops sending; `onEnd` follows when the replies that are under way are there, or after `waitMs`. */
  drain(waitMs: number): void {
    if (this.ended) return;
    const nowMs = performance.now();
    this.stopPacing();
    if (this.running && this.schedule !== undefined) {
      while (this.schedule.peek() <= nowMs) {
        this.tally.abandoned(Counter.UNSENT, nowMs - this.schedule.take());
      }
    }
    this.running = false;
    if (this.busyLanes === 0) return this.end();
    this.timer = setTimeout(() => this.end(), waitMs);
  }

  replied(
    batch: Batch,
    slot: number,
    operation: number,
    kind: ReplyKind,
    error: string,
    nowMs: number,
  ): void {
    batch.replied++;
    const byCount = this.plan.requests > 0;
    const inWindow = byCount ? batch.counts : this.board.phase === Phase.MEASURE;
    if (kind === ReplyKind.ERROR) {
      if (inWindow || batch.counts) this.tally.failed(operation, error);
      return;
    }
    if (inWindow) this.tally.done(operation, kind === ReplyKind.NULL);
    if (!batch.counts) return;
    if (this.schedule === undefined) this.tally.closedLatency(operation, batch.sentMs, nowMs);
    else this.tally.openLatency(operation, batch.dueMs[slot] ?? nowMs, batch.sentMs, nowMs);
  }

  batchEnded(lane: Lane, nowMs: number): void {
    this.tally.flush();
    const { batch } = lane;
    if (this.ended) return;
    batch.busy = false;
    this.busyLanes--;
    if (batch.counts) this.tally.repliedAt(nowMs);
    if (!this.running) {
      if (this.busyLanes === 0) this.end();
    } else if (this.schedule === undefined) {
      this.sendNext(lane, nowMs);
    } else {
      this.idle.push(lane);
      this.sendDue(true);
    }
  }

  bytesMoved(sent: number, received: number): void {
    this.tally.add(Counter.BYTES_OUT, sent);
    this.tally.add(Counter.BYTES_IN, received);
  }

  lost(lane: Lane, reason: string): void {
    const { batch } = lane;
    if (this.ended) return;
    this.tally.flush();
    batch.connected = false;
    this.connectedLanes--;
    this.tally.add(Counter.CONNECTED, -1);
    this.tally.add(Counter.DISCONNECTS, 1);
    const at = this.idle.indexOf(lane);
    if (at >= 0) this.idle.splice(at, 1);
    if (batch.busy) {
      batch.busy = false;
      this.busyLanes--;
      for (let i = batch.replied; i < batch.count && batch.counts; i++) this.tally.failed(0, reason);
    }
    if (!this.started) return;
    if (!this.running) {
      if (this.busyLanes === 0) this.end();
      return;
    }
    if (this.connectedLanes === 0) {
      this.goneTimer ??= setTimeout(() => {
        if (this.running) this.onGone(reason);
      }, GONE_MS);
    }
    this.reconnect(lane, reason);
  }

  private connected(lane: Lane): void {
    const { batch } = lane;
    batch.connected = true;
    this.connectedLanes++;
    this.tally.add(Counter.CONNECTED, 1);
    clearTimeout(this.goneTimer);
    this.goneTimer = undefined;
  }

  private reconnect(lane: Lane, reason: string): void {
    setTimeout(() => {
      if (!this.running) return;
      lane.connect().then(
        () => {
          if (!this.running) return lane.destroy();
          this.connected(lane);
          if (this.schedule === undefined) return this.sendNext(lane, performance.now());
          this.idle.push(lane);
          this.sendDue(true);
        },
        () => this.reconnect(lane, reason),
      );
    }, RECONNECT_MS);
  }

  /** Closed loop: the next batch as soon as the last one is answered. */
  private sendNext(lane: Lane, nowMs: number): void {
    const { batch } = lane;
    if (!this.running || !batch.connected) return;
    const measuring = this.board.phase === Phase.MEASURE;
    let count = this.plan.pipeline;
    if (this.plan.requests > 0 && measuring) {
      count = this.board.take(count);
      if (count === 0) {
        if (this.busyLanes === 0) this.end();
        return;
      }
    }
    batch.sentMs = nowMs;
    this.send(lane, batch, count, measuring);
  }

  /** Open loop: hands what is due to idle lanes. `freed` says that a lane has just become idle. */
  private sendDue(freed: boolean): void {
    const { schedule, idle, plan } = this;
    if (schedule === undefined || !this.running) return;
    const nowMs = performance.now();
    while (schedule.peek() <= nowMs) {
      const lane = idle.shift();
      if (lane === undefined) break;
      const { batch } = lane;
      let count = 0;
      while (count < plan.pipeline && schedule.peek() <= nowMs) batch.dueMs[count++] = schedule.take();
      const measuring = this.board.phase === Phase.MEASURE;
      if (measuring && !freed) this.tally.late(nowMs - (batch.dueMs[0] ?? nowMs));
      if (measuring && plan.requests > 0) {
        count = this.board.take(count);
        if (count === 0) return this.finish();
      }
      batch.sentMs = nowMs;
      this.send(lane, batch, count, measuring);
    }
    if (idle.length > 0) this.pace(schedule.peek() - nowMs);
  }

  /** The requests of a counted run are all sent: nothing is left but to wait for their replies. */
  private finish(): void {
    this.running = false;
    this.stopPacing();
    if (this.busyLanes === 0) this.end();
  }

  private pace(waitMs: number): void {
    if (this.timer !== undefined || this.immediate !== undefined) return;
    if (waitMs > TIMER_MS_MIN) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.sendDue(false);
      }, waitMs - 1);
    } else {
      this.immediate = setImmediate(() => {
        this.immediate = undefined;
        this.sendDue(false);
      });
    }
  }

  private stopPacing(): void {
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
    this.timer = undefined;
    this.immediate = undefined;
  }

  private send(lane: Lane, batch: Batch, count: number, measuring: boolean): void {
    batch.count = count;
    batch.replied = 0;
    batch.counts = measuring;
    batch.busy = true;
    this.busyLanes++;
    if (measuring) this.tally.sentAt(batch.sentMs);
    lane.send(count);
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.running = false;
    this.stopPacing();
    clearTimeout(this.goneTimer);
    this.tally.flush();
    for (const subscriber of this.subscribers) subscriber.destroy();
    const nowMs = performance.now();
    for (const lane of this.lanes) {
      const { batch } = lane;
      lane.destroy();
      if (!batch.busy || !batch.counts) continue;
      for (let slot = batch.replied; slot < batch.count; slot++) {
        const dueMs = this.schedule === undefined ? batch.sentMs : (batch.dueMs[slot] ?? batch.sentMs);
        this.tally.abandoned(Counter.UNANSWERED, nowMs - dueMs);
      }
    }
    this.onEnd();
  }
}

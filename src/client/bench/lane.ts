import type { ReplyKind } from './reply-counter.js';

/** What a lane's batch of requests is about. */
export class Batch {
  /** When each request was due; used in an open loop only. */
  readonly dueMs: Float64Array;
  sentMs = 0;
  count = 0;
  replied = 0;
  /** Sent while measuring, so it counts. */
  counts = false;
  busy = false;
  connected = false;

  constructor(pipeline: number) {
    this.dueMs = new Float64Array(pipeline);
  }
}

/** A connection that carries one batch of requests at a time. */
export interface Lane {
  readonly batch: Batch;
  /** Resolves when the connection is set up, rejects with an Error that says why it could not be. */
  connect(): Promise<void>;
  /** Sends `count` requests (at most the pipeline depth); `LaneOwner` hears of each reply and of the end. */
  send(count: number): void;
  /** Forgets the connection at once; nothing is reported any more. */
  destroy(): void;
}

/** Who hears what becomes of the requests of a lane. */
export interface LaneOwner {
  /** Request `slot` of the batch has its last reply. `error` is the text when `kind` is ERROR. */
  replied(batch: Batch, slot: number, operation: number, kind: ReplyKind, error: string, nowMs: number): void;
  /** Every request of the batch is answered. */
  batchEnded(lane: Lane, nowMs: number): void;
  bytesMoved(sent: number, received: number): void;
  /** The connection is gone; requests of the batch without a reply will never get one. */
  lost(lane: Lane, reason: string): void;
}

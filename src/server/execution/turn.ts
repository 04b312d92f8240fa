import type { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Connection } from '../clients/connection.js';

interface Segment {
  readonly connection: Connection;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * The end of a turn of the event loop: what must happen once per turn rather than once per command. Writes of the turn
 * reach the disk here before the replies that acknowledge them leave.
 */
export class Turn {
  /** True while replies must wait for the end of the turn: something they acknowledge is not written yet. */
  mustDefer = false;
  /**
   * Writes what must be durable before replies leave. It calls `release` at once, or later when the disk is slower;
   * null when nothing is kept.
   */
  settle: ((release: () => void) => void) | null = null;

  private segments: Segment[] = [];
  private tasks: (() => void)[] = [];
  private scheduled = false;

  constructor(private readonly reply: ReplyWriter) {}

  /** Runs `task` at the end of the turn, after the replies have left. */
  defer(task: () => void): void {
    this.tasks.push(task);
    this.schedule();
  }

  /** Keeps the current segment of `reply` for `connection` until the end of the turn. */
  queue(connection: Connection, reply: ReplyWriter): void {
    this.push({ connection, buffer: reply.buffer, start: reply.start, end: reply.position });
    reply.nextSegment();
  }

  /** Keeps bytes that nobody will change for `connection` until the end of the turn: messages of others. */
  queueBytes(connection: Connection, bytes: Buffer): void {
    this.push({ connection, buffer: bytes, start: 0, end: bytes.length });
  }

  private push(segment: Segment): void {
    segment.connection.queuedSegments++;
    this.segments.push(segment);
    this.schedule();
  }

  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.end();
    });
  }

  private end(): void {
    this.scheduled = false;
    const { segments, tasks, reply } = this;
    this.segments = [];
    this.tasks = [];
    const release = (): void => {
      for (const { connection, buffer, start, end } of segments) {
        connection.queuedSegments--;
        if (!connection.send(buffer, start, end) && buffer === reply.buffer) reply.abandon();
      }
      for (const task of tasks) task();
      if (this.segments.length === 0 && reply.length === 0) reply.reset();
    };
    if (this.settle === null) release();
    else this.settle(release);
  }
}

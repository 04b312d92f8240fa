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
   * Writes what must be durable before replies leave, and calls `release` of what the turn has gathered, at once or
   * later; null when nothing is kept.
   */
  settle: ((replies: TurnReplies) => void) | null = null;

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
    const replies = new TurnReplies(this, this.segments, this.tasks);
    this.segments = [];
    this.tasks = [];
    if (this.settle === null) replies.release();
    else this.settle(replies);
  }

  /** Sends a segment; the shared buffer is left to a socket that has not taken all of it. */
  send({ connection, buffer, start, end }: Segment): void {
    connection.queuedSegments--;
    if (!connection.send(buffer, start, end) && buffer === this.reply.buffer) this.reply.abandon();
  }

  /** Uses the shared buffer from its start again, unless something in it waits. */
  reuse(): void {
    if (this.segments.length === 0 && this.reply.length === 0) this.reply.reset();
  }
}

/** What one turn has gathered: replies in their order, and what follows them. */
export class TurnReplies {
  constructor(
    private readonly turn: Turn,
    private segments: Segment[],
    private tasks: readonly (() => void)[],
  ) {}

  release(): void {
    const { turn, segments, tasks } = this;
    this.segments = [];
    this.tasks = [];
    for (const segment of segments) turn.send(segment);
    for (const task of tasks) task();
    turn.reuse();
  }

  /** They will be released in a later turn: the shared buffer is free for others until then. */
  hold(): void {
    this.segments = this.segments.map(({ connection, buffer, start, end }) => {
      const bytes = Buffer.from(buffer.subarray(start, end));
      return { connection, buffer: bytes, start: 0, end: bytes.length };
    });
    this.turn.reuse();
  }

  /** Releases what is not behind replies that were held in earlier turns, and holds the rest. */
  releaseOthers(): void {
    const { segments } = this;
    for (const { connection } of segments) connection.queuedSegments--;
    const behind = segments.filter(({ connection }) => connection.queuedSegments > 0);
    const others = segments.filter(({ connection }) => connection.queuedSegments === 0);
    for (const { connection } of segments) connection.queuedSegments++;
    this.segments = others;
    this.release();
    this.segments = behind;
    this.hold();
  }
}

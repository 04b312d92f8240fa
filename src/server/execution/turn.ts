import { copyBytes } from '../../bytes/hash.js';
import type { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Connection } from '../clients/connection.js';

/** Bytes for a connection, and what comes behind them for the same one: together they are one write. */
export interface Segment {
  readonly connection: Connection;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  next: Segment | null;
}

/** Segments are joined up to this size: 50 messages to each of 100 subscribers are 100 writes, not 5,000. */
const JOINED_BYTES_MAX = 64 * 1024;

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

  /** The first segment for each connection, in order. */
  private segments: Segment[] = [];
  private tasks: (() => void)[] = [];
  private scheduled = false;
  private joined = Buffer.allocUnsafeSlow(JOINED_BYTES_MAX);
  /** The row whose bytes are the first of `joined`, all of them; null when there is none. */
  private joinedRow: Segment | null = null;
  private readonly endTurn = (): void => {
    this.end();
  };

  constructor(private readonly reply: ReplyWriter) {}

  /** Runs `task` at the end of the turn, after the replies have left. */
  defer(task: () => void): void {
    this.tasks.push(task);
    this.schedule();
  }

  /** Keeps the current segment of `reply` for `connection` until the end of the turn. */
  queue(connection: Connection, reply: ReplyWriter): void {
    this.push({ connection, buffer: reply.buffer, start: reply.start, end: reply.position, next: null });
    reply.nextSegment();
  }

  /** Keeps bytes that nobody will change for `connection` until the end of the turn: messages of others. */
  queueBytes(connection: Connection, bytes: Buffer): void {
    this.push({ connection, buffer: bytes, start: 0, end: bytes.length, next: null });
  }

  private push(segment: Segment): void {
    const { connection } = segment;
    if (connection.lastSegment === null) {
      connection.queuedRows++;
      this.segments.push(segment);
      this.schedule();
    } else connection.lastSegment.next = segment;
    connection.lastSegment = segment;
  }

  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.endTurn);
  }

  private end(): void {
    this.scheduled = false;
    for (const { connection } of this.segments) connection.lastSegment = null;
    const replies = new TurnReplies(this, this.segments, this.tasks);
    this.segments = [];
    this.tasks = [];
    if (this.settle === null) replies.release();
    else this.settle(replies);
  }

  /** Sends a row of segments; the shared buffer is left to a socket that has not taken all of it. */
  send(row: Segment): void {
    const { connection, buffer, start, end } = row;
    connection.queuedRows--;
    if (row.next !== null) this.sendJoined(row);
    else if (!connection.send(buffer, start, end) && buffer === this.reply.buffer) this.reply.abandon();
  }

  private sendJoined(row: Segment): void {
    const { connection } = row;
    let length = this.joinedRow === null ? 0 : lengthOfEqual(row, this.joinedRow);
    if (length > 0) return this.sendCopies(connection, length);
    this.joinedRow = row;
    for (let segment: Segment | null = row; segment !== null; segment = segment.next) {
      const { buffer, start, end } = segment;
      if (length + end - start > JOINED_BYTES_MAX) {
        this.joinedRow = null;
        this.sendCopies(connection, length);
        length = 0;
      }
      if (end - start <= JOINED_BYTES_MAX) {
        copyBytes(buffer, start, end - start, this.joined, length);
        length += end - start;
      } else if (!connection.send(buffer, start, end) && buffer === this.reply.buffer) this.reply.abandon();
    }
    this.sendCopies(connection, length);
  }

  private sendCopies(connection: Connection, length: number): void {
    if (connection.send(this.joined, 0, length)) return;
    this.joined = Buffer.allocUnsafeSlow(JOINED_BYTES_MAX);
    this.joinedRow = null;
  }

  /** Everything has been sent that was gathered. */
  sent(): void {
    this.joinedRow = null;
    this.reuse();
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
    turn.sent();
  }

  /** They will be released in a later turn: the shared buffer is free for others until then. */
  hold(): void {
    this.segments = this.segments.map(copyOfRow);
    this.turn.reuse();
  }

  /** Releases what is not behind replies that were held in earlier turns, and holds the rest. */
  releaseOthers(): void {
    const { segments } = this;
    for (const { connection } of segments) connection.queuedRows--;
    const behind = segments.filter(({ connection }) => connection.queuedRows > 0);
    const others = segments.filter(({ connection }) => connection.queuedRows === 0);
    for (const { connection } of segments) connection.queuedRows++;
    this.segments = others;
    this.release();
    this.segments = behind;
    this.hold();
  }
}

/** Length of two rows that are made of the same bytes, as those of subscribers of one channel are; 0 if they are not. */
function lengthOfEqual(row: Segment, other: Segment): number {
  let length = 0;
  let [a, b]: [Segment | null, Segment | null] = [row, other];
  while (a !== null && b !== null) {
    if (a.buffer !== b.buffer || a.start !== b.start || a.end !== b.end) return 0;
    length += a.end - a.start;
    a = a.next;
    b = b.next;
  }
  return a === b ? length : 0;
}

function copyOfRow(row: Segment): Segment {
  const parts: Buffer[] = [];
  for (let segment: Segment | null = row; segment !== null; segment = segment.next) {
    parts.push(segment.buffer.subarray(segment.start, segment.end));
  }
  const bytes = Buffer.concat(parts);
  return { connection: row.connection, buffer: bytes, start: 0, end: bytes.length, next: null };
}

import { ParserState } from '../../protocol/request-batch.js';
import type { Pipeline } from '../execution/pipeline.js';
import { outputGrown, refusesOutput } from './client-limits.js';
import type { Segment } from '../execution/turn.js';
import { type Session, SessionFlag } from './session.js';
import { type Wire, type WireOwner, Written } from '../transport/wire.js';

/** Replies waiting for a slow reader beyond this stop the reading of its requests until they have drained. */
const UNSENT_BYTES_PAUSE = 1024 * 1024 * 1024;
/** A blocked client may send this much ahead before its socket is left alone. */
const AHEAD_BYTES_MAX = 1024 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;
/** Larger requests, on average, are read more at a time: few of them take as long as many small ones. */
const LARGE_REQUEST_BYTES = 512;
/** What reads in a row may bring before others have their turn. */
const ROW_REQUESTS_MAX = 256;
const ROW_BYTES_MAX = 1024 * 1024;

/**
 * A client's socket: bytes in, replies out, and the order between them. What is shared by all connections (read buffer,
 * parser, reply buffer) belongs to the `Pipeline`.
 */
export class Connection implements WireOwner {
  readonly parserState = new ParserState();
  /** Bytes of an unfinished request, or of requests that must wait; null while there are none. */
  private query: Buffer | null = null;
  /** They are `query[queryStart, queryEnd)`; the wire reads on at `queryEnd`, at most to `readEnd`. */
  private queryStart = 0;
  private queryEnd = 0;
  private readEnd = 0;
  /** Requests and bytes of the reads in a row that filled their buffers. */
  private rowRequests = 0;
  private rowBytes = 0;
  private hasLargeRequests = false;
  /** Replies that could not be written yet. */
  private unsent: Buffer[] = [];
  private unsentBytes = 0;
  /** Bytes given to the wire that the kernel has not taken. */
  private inFlightBytes = 0;
  /** Since when more waits than the soft limit allows, in unix time ms; 0 while it does not. */
  overSoftLimitSinceMs = 0;
  private draining = false;
  private processing = false;
  private readingPaused = false;
  closed = false;
  /** Bytes that `ClientMemory` has counted for this client. */
  countedBytes = 0;
  /** Rows of segments that wait for the end of a turn: what comes after them must queue behind. */
  queuedRows = 0;
  /** The end of the row that this turn gathers, which takes what follows; null while there is none. */
  lastSegment: Segment | null = null;

  constructor(
    readonly wire: Wire,
    readonly session: Session,
    private readonly pipeline: Pipeline,
    /** The Unix socket it came by, or ''. */
    private readonly unixPath = '',
  ) {
    session.connection = this;
    this.parserState.authenticated = !session.has(SessionFlag.UNAUTHENTICATED);
  }

  // Bytes in

  readBuffer(): Buffer {
    const { query } = this;
    if (query === null)
      return this.hasLargeRequests ? this.pipeline.readBuffer : this.pipeline.smallReadBuffer;
    return query.subarray(this.queryEnd, this.readEnd);
  }

  onBytes(length: number, full: boolean): boolean {
    if (this.closed) return false;
    const { query, pipeline } = this;
    const { server } = pipeline;
    const before = server.totalCommands;
    server.bytesRead += length;
    server.totalReads++;
    const buffer = query ?? pipeline.readBuffer;
    const end = this.queryEnd + length;
    const consumed = this.process(buffer, this.queryStart, end);
    if (this.isClosed()) return false;
    const rests = this.endsRow(length, full, server.totalCommands - before);
    this.keep(buffer, consumed, end);
    return rests;
  }

  /** Counts a read that brought `requests`; true when it should be the last one of the turn. */
  private endsRow(length: number, full: boolean, requests: number): boolean {
    if (full) {
      this.hasLargeRequests = length > LARGE_REQUEST_BYTES * requests;
      this.rowRequests += requests;
      this.rowBytes += length;
      if (this.rowRequests < ROW_REQUESTS_MAX && this.rowBytes < ROW_BYTES_MAX) return false;
    }
    this.rowRequests = this.rowBytes = 0;
    return full;
  }

  /**
   * Goes on with requests that had to wait. The bytes stay where they are, consumed or not, and the buffer is kept: the
   * wire was given the place behind them to read into, and takes another only after a read.
   */
  resume(): void {
    if (this.closed || this.processing) return;
    if (this.readingPaused && this.unsentBytes < UNSENT_BYTES_PAUSE) this.continueReading();
    if (this.query === null || this.queryStart === this.queryEnd) return;
    this.queryStart = this.process(this.query, this.queryStart, this.queryEnd);
  }

  /** Executes what may be executed of `buffer[start, end)`; the first byte that was not consumed. */
  private process(buffer: Buffer, start: number, end: number): number {
    if (this.waiting) return start;
    this.processing = true;
    const consumed = this.pipeline.execute(this, buffer, start, end);
    this.processing = false;
    return consumed;
  }

  /** `closed` may have changed during a call, which the type checker cannot know. */
  private isClosed(): boolean {
    return this.closed;
  }

  /** True while requests must not be executed. */
  get waiting(): boolean {
    return (
      (this.session.flags & (SessionFlag.BLOCKED | SessionFlag.CLOSE_AFTER_REPLY)) !== 0 || this.readingPaused
    );
  }

  /** Keeps `buffer[consumed, end)`, with room for what is needed next. */
  private keep(buffer: Buffer, consumed: number, end: number): void {
    const { pipeline } = this;
    const left = end - consumed;
    const own = this.query;
    if (left === 0) {
      this.query = null;
      this.queryStart = this.queryEnd = 0;
      if (own === null) return;
      pipeline.releaseQuery(own);
      return pipeline.server.clientMemory.changed(this.session);
    }
    if (left > pipeline.queryBytesMax) return this.abort('query buffer limit');
    const needed =
      Math.min(pipeline.needed, Math.max(2 * left, pipeline.queryBytesLeast)) + pipeline.queryBytesAhead;
    const capacity = Math.max(left + pipeline.queryBytesAhead, needed);
    if (own === null || own.length < capacity) {
      const larger = pipeline.takeQuery(capacity);
      buffer.copy(larger, 0, consumed, end);
      if (own !== null) pipeline.releaseQuery(own);
      this.query = larger;
    } else if (consumed > 0) own.copyWithin(0, consumed, end);
    this.queryStart = 0;
    this.queryEnd = left;
    this.readEnd = this.hasLargeRequests ? this.query!.length : capacity;
    pipeline.server.clientMemory.changed(this.session);
    if (this.waiting && left > AHEAD_BYTES_MAX) this.stopReading();
  }

  private stopReading(): void {
    if (this.readingPaused) return;
    this.readingPaused = true;
    this.wire.pauseReading();
  }

  private continueReading(): void {
    this.readingPaused = false;
    this.wire.resumeReading();
  }

  get queryBufferBytes(): number {
    return this.queryEnd - this.queryStart;
  }

  get queryBufferFree(): number {
    return this.query === null ? 0 : this.query.length - this.queryBufferBytes;
  }

  // Replies out

  /** Sends `buffer[start, end)`, or queues it behind what waits; true when the buffer may be used again. */
  send(buffer: Buffer, start: number, end: number): boolean {
    if (this.closed || end === start) return true;
    const { server } = this.pipeline;
    if (end - start > server.outputBytesUnchecked && refusesOutput(this, end - start)) return true;
    server.bytesWritten += end - start;
    if (this.draining || this.unsent.length > 0) {
      this.queue(buffer, start, end);
      return true;
    }
    server.totalWrites++;
    const written = this.wire.write(buffer, start, end);
    if (written === Written.ALL) return true;
    this.draining = true;
    this.inFlightBytes = end - start;
    outputGrown(this);
    return written === Written.WAITING;
  }

  private queue(buffer: Buffer, start: number, end: number): void {
    this.unsent.push(Buffer.from(buffer.subarray(start, end)));
    this.unsentBytes += end - start;
    if (this.unsentBytes > UNSENT_BYTES_PAUSE) this.stopReading();
    outputGrown(this);
  }

  onDrained(): void {
    this.draining = false;
    this.inFlightBytes = 0;
    while (this.unsent.length > 0 && !this.isDraining() && !this.closed) this.sendUnsent();
    if (this.closed) return;
    this.pipeline.server.clientMemory.changed(this.session);
    if (this.unsent.length === 0 && !this.isDraining()) {
      if (this.session.has(SessionFlag.CLOSE_AFTER_REPLY)) return this.close();
      if (this.readingPaused) this.resume();
    }
  }

  private isDraining(): boolean {
    return this.draining;
  }

  private sendUnsent(): void {
    let bytes = 0;
    let count = 0;
    while (
      count < this.unsent.length &&
      (count === 0 || bytes + this.unsent[count]!.length <= CHUNK_BYTES_MAX)
    ) {
      bytes += this.unsent[count++]!.length;
    }
    const parts = this.unsent.splice(0, count);
    const chunk = parts.length === 1 ? parts[0]! : Buffer.concat(parts, bytes);
    this.unsentBytes -= bytes;
    this.pipeline.server.totalWrites++;
    if (this.wire.write(chunk, 0, chunk.length) === Written.ALL) return;
    this.draining = true;
    this.inFlightBytes = chunk.length;
  }

  /** Bytes of replies that the kernel has not taken. */
  get outputBytes(): number {
    return this.unsentBytes + this.inFlightBytes;
  }

  /** Address of the client: `127.0.0.1:53122`, `/path:0` for a Unix socket. */
  get peer(): string {
    return this.unixPath === '' ? this.wire.peer : `${this.unixPath}:0`;
  }

  get local(): string {
    return this.unixPath === '' ? this.wire.local : `${this.unixPath}:0`;
  }

  get outputChunks(): number {
    return this.unsent.length;
  }

  // The end

  /** Closes as soon as everything written so far has left. */
  closeAfterReply(): void {
    this.session.flags |= SessionFlag.CLOSE_AFTER_REPLY;
    this.pipeline.server.turn.defer(() => {
      if (!this.closed && !this.draining && this.unsent.length === 0) this.close();
    });
  }

  /** Closes now; replies that wait are lost. */
  close(): void {
    if (!this.closed) this.wire.close();
  }

  private abort(reason: string): void {
    this.pipeline.server.statistics.queryLimitDisconnections++;
    this.pipeline.server.log.warn({ client: this.session.id, reason }, 'closing client');
    this.close();
  }

  onClosed(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.query !== null) this.pipeline.releaseQuery(this.query);
    this.query = null;
    this.unsent = [];
    this.unsentBytes = 0;
    this.pipeline.server.disconnected(this);
  }
}

import { viewOf } from '../../bytes/bytes.js';
import { QUERY_BUFFER_BYTES_MAX_DEFAULT } from '../../protocol/limits.js';
import { ReplyWriter } from '../../protocol/reply-writer.js';
import { BATCH_WORDS, Parsed } from '../../protocol/request-batch.js';
import { RequestParser } from '../../protocol/request-parser.js';
import { Request } from '../../protocol/request.js';
import type { Command } from '../commands/command.js';
import { closeForOutput, exceedsHardLimit } from '../clients/client-limits.js';
import type { Connection } from '../clients/connection.js';
import type { Database } from '../../storage/database.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag, SILENT } from '../clients/session.js';

/** Read at once from a socket; larger reads save system calls and copying of cut requests. */
const READ_BYTES = 256 * 1024;
/** As many where requests are small, since others wait until they are executed: some hundred to a thousand. */
const SMALL_READ_BYTES = 64 * 1024;
/** Least capacity of a connection's own query buffer, and what it keeps free behind an unfinished request. */
const QUERY_BYTES_LEAST = 16 * 1024;
const QUERY_BYTES_AHEAD = 64 * 1024;
const QUERY_POOL_BYTES = 256 * 1024;
const QUERY_POOL_SIZE = 16;
/** From this many requests on, their keys are looked up together first: their cache misses overlap. */
const PREFETCH_REQUESTS_MIN = 4;
/** Replies of one batch are sent on when they exceed this, so that a pipeline of large replies stays bounded. */
const REPLY_BYTES_MAX = 256 * 1024;

/** What all connections share on the way from bytes to replies: read buffer, parser, reply buffer. */
export class Pipeline {
  readonly readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly smallReadBuffer = this.readBuffer.subarray(0, SMALL_READ_BYTES);
  private readonly readView = viewOf(this.readBuffer);
  readonly reply = new ReplyWriter();
  readonly parser = new RequestParser();
  queryBytesMax = QUERY_BUFFER_BYTES_MAX_DEFAULT;
  readonly queryBytesLeast = QUERY_BYTES_LEAST;
  readonly queryBytesAhead = QUERY_BYTES_AHEAD;
  /** Bytes that the unfinished request needs in all, as far as is known. */
  needed = 0;

  private readonly request = new Request();
  private readonly commands: (Command | undefined)[] = new Array<Command | undefined>(64);
  private readonly hashes = new Int32Array(64);
  private readonly queryPool: Buffer[] = [];
  /** Keeps the loads of `prefetch` from being optimised away. */
  sink = 0;
  /** The session whose requests are being executed, or whose reply `writeTo` takes. */
  current: Session | null = null;
  /** Within `writeTo`. */
  private diverted = false;
  /** Messages for it that wait until its reply is whole. */
  private ownMessages: Buffer[] = [];
  /** Bytes that the session being executed had in the buffer. */
  currentBytes = 0;

  constructor(readonly server: Server) {
    this.reply.outgrown = (bytes) => this.outgrown(bytes);
  }

  /** Executes the requests in `buffer[start, end)`; the first byte that was not consumed. */
  execute(connection: Connection, buffer: Buffer, start: number, end: number): number {
    const { parser, reply, server } = this;
    const { session } = connection;
    let at = start;
    this.needed = 0;
    server.refreshTime();
    session.lastInteractionMs = server.nowMs;
    this.open(session);
    this.current = session;
    this.currentBytes = end - start;
    while (at < end) {
      const parsed = parser.parse(buffer, at, end, connection.parserState);
      if (parsed === Parsed.REQUESTS) {
        if (parser.requests === 0) {
          if (parser.consumed === at) break;
          at = parser.consumed;
          continue;
        }
        at = this.executeBatch(connection, buffer);
      } else if (parsed === Parsed.INLINE) {
        at = parser.consumed;
        this.executeInline(session);
      } else if (parsed === Parsed.INCOMPLETE) {
        this.needed = parser.needed;
        break;
      } else {
        reply.error(parser.error);
        connection.closeAfterReply();
        at = end;
      }
      if (connection.closed || connection.waiting) break;
      if (reply.length > REPLY_BYTES_MAX) this.flush(session);
    }
    this.flush(session);
    this.current = null;
    if (this.ownMessages.length > 0) this.sendOwnMessages(session);
    return at;
  }

  private executeBatch(connection: Connection, buffer: Buffer): number {
    const { parser, request, commands, hashes, server } = this;
    const { session } = connection;
    const { dispatcher, clock } = server;
    const { batch, requests: count } = parser;
    if (request.buffer !== buffer) {
      request.buffer = buffer;
      request.view = buffer === this.readBuffer ? this.readView : viewOf(buffer);
    }
    request.args = parser.args;
    this.findCommands(count);
    const hashed = count >= PREFETCH_REQUESTS_MIN;
    if (hashed) this.prefetch(session, count);
    const startMs = clock.beginBatch(count, server.totalCommands + 1);
    let done = 0;
    do {
      const word = BATCH_WORDS * done;
      const command = commands[done];
      request.first = batch[word]!;
      request.count = batch[word + 1]!;
      request.rawStart = batch[word + 2]!;
      request.rawEnd = batch[word + 3]!;
      request.keyHash = hashed ? hashes[done]! : 0;
      request.keyIndex = command === undefined ? 0 : command.firstKey;
      dispatcher.run(session, request, command);
      done++;
    } while (done < count && !connection.waiting && !connection.closed);
    clock.endBatch(startMs, commands, done, server.totalCommands + 1);
    return batch[BATCH_WORDS * done - 1]!;
  }

  private findCommands(count: number): void {
    const { request, commands, parser, server } = this;
    const { commands: table } = server;
    for (let i = 0; i < count; i++) {
      request.first = parser.batch[BATCH_WORDS * i]!;
      commands[i] = table.find(request);
    }
  }

  /** Loads into the cache what looking up the first keys of a batch will need. */
  private prefetch(session: Session, count: number): void {
    const { commands, hashes, parser, request } = this;
    const { args, batch } = parser;
    const { db } = session;
    const { hash } = db.keyspace;
    const view = request.view!;
    let members = 0;
    for (let i = 0; i < count; i++) {
      const command = commands[i];
      const firstKey = command === undefined ? 0 : command.firstKey;
      if (firstKey === 0 || firstKey >= batch[BATCH_WORDS * i + 1]!) {
        hashes[i] = 0;
        continue;
      }
      const word = batch[BATCH_WORDS * i]! + 2 * firstKey;
      hashes[i] = hash.computeViewed(view, args[word]!, args[word + 1]!);
      members |= command!.member;
    }
    this.sink ^= db.prefetch(hashes, count);
    if (members !== 0) this.prefetchMembers(db, count);
  }

  /** Does the same for the members and fields that the batch names: HGET in a hash of 1M takes 430 instead of 730 ns. */
  private prefetchMembers(db: Database, count: number): void {
    const { commands, hashes, parser, request } = this;
    const { args, batch } = parser;
    const { memberPrefetch } = db.keyspace;
    let ranked = false;
    for (let i = 0; i < count; i++) {
      const member = hashes[i] === 0 ? 0 : commands[i]!.member;
      const record = db.prefetched(i);
      if (member === 0 || record === 0 || member >= batch[BATCH_WORDS * i + 1]!) continue;
      if (commands[i]!.ranked) ranked = true;
      const word = batch[BATCH_WORDS * i]! + 2 * member;
      memberPrefetch.add(db, record, request.view!, args[word]!, args[word + 1]!);
    }
    memberPrefetch.load(ranked);
  }

  private executeInline(session: Session): void {
    const request = Request.of(...this.parser.inline);
    this.server.dispatcher.dispatch(session, request);
  }

  // Replies

  /** Directs replies to a session. */
  open(session: Session): void {
    this.reply.resp3 = session.resp === 3;
  }

  /**
   * Calls `write`, and sends what it writes into `session.reply` to that session, whoever is being served meanwhile:
   * replies to blocked clients, messages, pushes. Order is kept: what the session is sent later comes later. Written
   * to the session that is being served, it goes where its reply has got to, unless that reply is going to be dropped
   * (CLIENT REPLY OFF). Returns what `write` returns.
   */
  writeTo<T>(session: Session, write: (session: Session) => T): T {
    const { connection } = session;
    if (connection === null || (session === this.current && !session.has(SILENT))) return write(session);
    const { reply, current } = this;
    // The reply in progress, if there is one, stays where it is: what follows is a segment of its own behind it.
    const { buffer, start, position, resp3, dropped } = reply;
    reply.nextSegment();
    reply.dropped = false;
    reply.resp3 = session.resp === 3;
    this.current = session;
    const { ownMessages, diverted } = this;
    this.ownMessages = [];
    this.diverted = true;
    const result = write(session);
    this.diverted = diverted;
    this.drop(session);
    const bytes = Buffer.from(reply.buffer.subarray(reply.start, reply.position));
    this.current = current;
    reply.restore(buffer, start, position);
    reply.resp3 = resp3;
    reply.dropped = dropped;
    if (bytes.length > 0 && !connection.closed) {
      const { turn } = this.server;
      // Whoever waited need not wait for the rest of the turn as well, unless something has to go before.
      const first = !diverted && session !== current && connection.queuedRows === 0 && turn.settle === null;
      if (first) connection.send(bytes, 0, bytes.length);
      else turn.queueBytes(connection, bytes);
    }
    this.sendOwnMessages(session);
    this.ownMessages = ownMessages;
    return result;
  }

  /** Sends bytes that nobody will change to a session, in order with its replies. */
  sendTo(session: Session, bytes: Buffer): void {
    const { connection } = session;
    if (session === this.current && !session.has(SILENT)) this.reply.rawBytes(bytes, 0, bytes.length);
    else if (connection !== null && !connection.closed) this.server.turn.queueBytes(connection, bytes);
  }

  /** Sends or queues what was written for a session. */
  flush(session: Session): void {
    const { reply, server } = this;
    if (reply.dropped) return this.drop(session);
    if (reply.length === 0) return;
    const { connection } = session;
    if (connection === null || connection.closed) reply.rewind(0);
    else if (server.turn.mustDefer || connection.queuedRows > 0) server.turn.queue(connection, reply);
    else if (connection.send(reply.buffer, reply.start, reply.position)) {
      if (reply.start === 0) reply.reset();
      else reply.rewind(0);
    } else reply.abandon();
    if (session.has(SessionFlag.CLOSE_AFTER_REPLY)) session.connection?.closeAfterReply();
  }

  /** The reply in progress has `bytes`: true when that is more than its session may have; it will be closed. */
  private outgrown(bytes: number): boolean {
    const { current } = this;
    const connection = current?.connection;
    if (current === null || connection === null || connection === undefined) return false;
    if (!exceedsHardLimit(connection, bytes)) return false;
    current.flags |= SessionFlag.CLOSE_AFTER_REPLY;
    return true;
  }

  /** Closes a session whose reply was too much for it, if it was. */
  private drop({ connection }: Session): void {
    const { reply } = this;
    if (!reply.dropped) return;
    reply.dropped = false;
    reply.rewind(0);
    if (connection !== null && !connection.closed) closeForOutput(connection, 'hard limit');
  }

  /**
   * Sends a published message to a session. One whose command published it, or caused it, gets it behind the reply,
   * which may be half written.
   */
  messageTo(session: Session, bytes: Buffer): void {
    if (session === this.current) this.ownMessages.push(bytes);
    else this.sendTo(session, bytes);
  }

  private sendOwnMessages({ connection }: Session): void {
    const { ownMessages } = this;
    this.ownMessages = [];
    if (connection === null || connection.closed) return;
    for (const bytes of ownMessages) this.server.turn.queueBytes(connection, bytes);
  }

  // Query buffers

  takeQuery(bytes: number): Buffer {
    if (bytes > QUERY_POOL_BYTES) return Buffer.allocUnsafeSlow(bytes);
    return this.queryPool.pop() ?? Buffer.allocUnsafeSlow(QUERY_POOL_BYTES);
  }

  releaseQuery(buffer: Buffer): void {
    if (buffer.length === QUERY_POOL_BYTES && this.queryPool.length < QUERY_POOL_SIZE)
      this.queryPool.push(buffer);
  }
}

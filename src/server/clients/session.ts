import type { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../../storage/database.js';
import type { Command } from '../commands/command.js';
import type { Connection } from './connection.js';
import type { NotifyClass } from '../pubsub/notifications.js';
import type { Subscriptions } from '../pubsub/pubsub.js';
import type { Server } from '../server.js';
import type { TrackingState } from '../pubsub/tracking.js';
import type { Transaction } from '../execution/transactions.js';

/** Bits of `Session.flags`. */
export const SessionFlag = {
  /** Between MULTI and EXEC. */
  MULTI: 1 << 0,
  /** A queued command was refused: EXEC will abort. */
  DIRTY_EXEC: 1 << 1,
  /** A watched key was touched: EXEC will reply null. */
  DIRTY_CAS: 1 << 2,
  /** Waits for a key, a pause or a replica; its further requests wait in the query buffer. */
  BLOCKED: 1 << 3,
  /** Has subscriptions. */
  PUBSUB: 1 << 4,
  MONITOR: 1 << 5,
  REPLICA: 1 << 6,
  /** The link to our primary: what it sends is applied, never refused. */
  PRIMARY: 1 << 7,
  /** Must AUTH before anything else. */
  UNAUTHENTICATED: 1 << 8,
  /** CLIENT REPLY OFF. */
  REPLY_OFF: 1 << 9,
  /** CLIENT REPLY SKIP was given: the next reply is dropped. */
  REPLY_SKIP_NEXT: 1 << 10,
  /** This reply is dropped. */
  REPLY_SKIP: 1 << 11,
  NO_EVICT: 1 << 12,
  NO_TOUCH: 1 << 13,
  CLOSE_AFTER_REPLY: 1 << 14,
  /** Runs a script's commands. */
  SCRIPT: 1 << 15,
  /** Replays a file: nothing is refused, nothing is propagated. */
  LOADER: 1 << 16,
  /** CLIENT TRACKING is on. */
  TRACKING: 1 << 17,
  /** Runs the commands of a transaction (between the beginning and the end of EXEC). */
  IN_EXEC: 1 << 18,
  READONLY: 1 << 19,
  ASKING: 1 << 20,
} as const;

/** Flags that make the dispatcher look closer before it runs a command. */
export const GATED =
  SessionFlag.MULTI |
  SessionFlag.PUBSUB |
  SessionFlag.UNAUTHENTICATED |
  SessionFlag.MONITOR |
  SessionFlag.REPLICA |
  SessionFlag.REPLY_OFF |
  SessionFlag.REPLY_SKIP_NEXT |
  SessionFlag.NO_TOUCH;

/** Flags of sessions whose replies are dropped. */
export const SILENT = SessionFlag.REPLY_OFF | SessionFlag.REPLY_SKIP;

/**
 * What a command runs in: the selected database, where replies go, the state of one client. It has no socket; a
 * connection owns one, and so do the AOF loader, a script, a replica link and a unit test.
 */
export class Session {
  flags = 0;
  db: Database;
  /** RESP version of the replies. */
  resp: 2 | 3 = 2;
  user = 'default';
  name = '';
  libraryName = '';
  libraryVersion = '';
  lastCommand: Command | null = null;
  /** Set between MULTI and EXEC or while keys are watched. */
  transaction: Transaction | null = null;
  /** Null while there are none. */
  subscriptions: Subscriptions | null = null;
  /** CLIENT TRACKING; null while it is off. */
  tracking: TrackingState | null = null;
  /** The socket behind the session, if there is one. */
  connection: Connection | null = null;
  createdAtMs: number;
  lastInteractionMs: number;

  constructor(
    readonly server: Server,
    readonly reply: ReplyWriter,
    readonly id: number,
  ) {
    this.db = server.keyspace.databases[0]!;
    this.createdAtMs = this.lastInteractionMs = server.nowMs;
    if (server.authRequired) this.flags |= SessionFlag.UNAUTHENTICATED;
  }

  /** Unix time in ms; the same during a whole command, transaction or script. */
  get now(): number {
    return this.server.nowMs;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** Selects a database; false when there is none of that number. */
  select(number: number): boolean {
    const database = this.server.keyspace.databases[number];
    if (database === undefined) return false;
    this.db = database;
    return true;
  }

  /** Becomes RESP2 or RESP3. */
  setProtocol(version: 2 | 3): void {
    this.resp = version;
    this.reply.resp3 = version === 3;
  }

  /** The live record of `key`, or 0. For commands that only read. */
  read(key: Bytes): number {
    return this.db.lookupRead(key, this.server.nowMs);
  }

  /** The live record of `key`, or 0. For commands that may change the value. */
  write(key: Bytes): number {
    return this.db.lookupWrite(key, this.server.nowMs);
  }

  /**
   * Says that the command changed `key`. Every change goes through here: it counts towards the save points, makes the
   * command propagate, breaks WATCH, invalidates tracked keys, and notifies subscribers of the keyspace.
   */
  changed(key: Bytes, notifyClass: NotifyClass, event: string, changes = 1): void {
    this.server.keyChanged(this, this.db, key, notifyClass, event, changes);
  }
}

import { Bytes } from '../../bytes/bytes.js';
import { parseDouble } from '../../bytes/double.js';
import { parseInt64 } from '../../bytes/integer.js';
import type { Request } from '../../protocol/request.js';
import type { Database } from '../../storage/database.js';
import type { Type } from '../../storage/representation.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';
import { answerLater } from './waiting.js';

/** What a client waits for that sent a blocking command: BLPOP, BZPOPMIN, XREAD BLOCK, … */
export interface BlockingCommand {
  /** A key that holds another type leaves the client waiting. */
  readonly type: Type;
  /**
   * Tries to serve the client from `key`, which exists and holds a value of `type`. Does all that the command would
   * have done: takes the elements, says `session.changed`, says what to propagate, writes the reply. False when there
   * is nothing for this client (nothing may have been changed or written then): it goes on waiting in its place.
   */
  serve(session: Session, request: Request, key: Bytes): boolean;
  /** The reply when the time is up, and at once where a command must not block. */
  timedOut(session: Session): void;
  /** What it waits for can also come about by time alone: it is offered its keys ten times a second. */
  readonly polls?: true;
  /** For a command that waits for no key: true when what it waits for has come about. Asked by `endMet`. */
  isMet?(session: Session): boolean;
  /** The reply when `key` is no longer of `type`; without it the client goes on waiting. */
  keyGone?(session: Session): void;
}

/** Flags of sessions whose commands never wait. */
const NEVER_WAITS = SessionFlag.IN_EXEC | SessionFlag.SCRIPT | SessionFlag.LOADER | SessionFlag.PRIMARY;
/** Longest delay of a timer; a longer wait is cut into several. */
const TIMER_MS_MAX = 0x7fff_ffff;
const POLL_MS = 100;

class KeyQueue {
  /** In order of arrival. */
  readonly waiters = new Set<Waiter>();

  constructor(
    readonly database: number,
    readonly name: string,
    readonly key: Bytes,
  ) {}
}

interface Waiter {
  readonly session: Session;
  readonly request: Request;
  readonly command: BlockingCommand;
  readonly queues: readonly KeyQueue[];
  timer: NodeJS.Timeout | null;
}

/**
 * Clients that wait for keys, first come first served per key.
 *
 * How a blocking command uses it:
 *
 *  1. Its handler reads the timeout (`timeoutSeconds`, `timeoutMilliseconds`) and tries its keys as the command without
 *     blocking would. With something found it replies and is done.
 *  2. With nothing found it calls `wait`, and returns. Where blocking is not allowed (MULTI, scripts, files that are
 *     loaded) the client gets its `timedOut` reply at once. Otherwise the request is kept, the session is
 *     `SessionFlag.BLOCKED`, and what the client sends meanwhile waits in its query buffer.
 *  3. `session.changed` of a key somebody waits for makes the key ready, whatever the change was. When the command,
 *     transaction or script that did it has ended, each client waiting for the key is offered it by `serve`, in order;
 *     who is served is unblocked and goes on with its further requests at the end of the turn.
 *
 * While nobody waits, all this costs one comparison per change.
 */
export class Blocking {
  /** Number of blocked clients. */
  count = 0;
  /** Keys that changed while somebody waited for them, in order. Not empty only within a command. */
  private ready = new Set<KeyQueue>();
  /** Waiters that must hear that a key has gone. */
  private presenceWaiters = 0;
  /** Waiters whose command polls, and the timer that serves them. */
  private readonly pollers = new Set<Waiter>();
  private pollTimer: NodeJS.Timeout | null = null;
  private readonly queues = new Map<number, Map<string, KeyQueue>>();
  private readonly waiters = new Map<Session, Waiter>();

  constructor(private readonly server: Server) {}

  /** Number of keys that clients wait for. */
  get keys(): number {
    let keys = 0;
    for (const queues of this.queues.values()) keys += queues.size;
    return keys;
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  /** False in a transaction, a script, a file that is loaded: there a blocking command replies at once. */
  mayWait(session: Session): boolean {
    return !session.has(NEVER_WAITS) && session.connection !== null;
  }

  /**
   * Lets the session wait for `keyCount` keys that stand from argument `firstKey` on, at most `timeoutMs` (0: for
   * ever). See above.
   */
  wait(
    session: Session,
    request: Request,
    command: BlockingCommand,
    firstKey: number,
    keyCount: number,
    timeoutMs: number,
  ): void {
    if (!this.mayWait(session)) return command.timedOut(session);
    const queues: KeyQueue[] = [];
    const waiter: Waiter = { session, request: request.retain(), command, queues, timer: null };
    for (let i = firstKey; i < firstKey + keyCount; i++) {
      const queue = this.queue(session.db.number, request.string(i));
      if (queue.waiters.has(waiter)) continue;
      queue.waiters.add(waiter);
      queues.push(queue);
    }
    session.flags |= SessionFlag.BLOCKED;
    this.waiters.set(session, waiter);
    this.count++;
    if (command.keyGone !== undefined) this.presenceWaiters++;
    if (command.polls) this.startPolling(waiter);
    if (timeoutMs > 0) this.startTimer(waiter, this.server.nowMs + timeoutMs);
  }

  private queue(database: number, name: string): KeyQueue {
    let queues = this.queues.get(database);
    if (queues === undefined) this.queues.set(database, (queues = new Map<string, KeyQueue>()));
    let queue = queues.get(name);
    if (queue === undefined) queues.set(name, (queue = new KeyQueue(database, name, Bytes.from(name))));
    return queue;
  }

  /** A timer may fire a little early and no timer is longer than 24 days, so it looks at the clock and goes on. */
  private startTimer(waiter: Waiter, deadlineMs: number): void {
    const delayMs = Math.min(TIMER_MS_MAX, deadlineMs - this.server.nowMs);
    waiter.timer = setTimeout(() => {
      this.server.refreshTime();
      if (this.server.nowMs < deadlineMs) this.startTimer(waiter, deadlineMs);
      else this.timeOut(waiter);
    }, delayMs);
  }

  private startPolling(waiter: Waiter): void {
    this.pollers.add(waiter);
    this.pollTimer ??= setInterval(() => {
      // Serving writes, which nothing may do during a pause.
      if (this.server.pause.active !== null) return;
      this.server.refreshTime();
      for (const { queues } of this.pollers) for (const queue of queues) this.ready.add(queue);
      this.serveReady();
    }, POLL_MS);
  }

  private stopPolling(waiter: Waiter): void {
    this.pollers.delete(waiter);
    if (this.pollers.size > 0 || this.pollTimer === null) return;
    clearInterval(this.pollTimer);
    this.pollTimer = null;
  }

  private timeOut(waiter: Waiter): void {
    answerLater(waiter.session, (session) => {
      waiter.command.timedOut(session);
    });
    this.release(waiter);
  }

  /** A key was changed: called for every change while somebody waits. */
  touched(database: Database, key: Bytes): void {
    const queue = this.queues.get(database.number)?.get(key.toString());
    if (queue !== undefined) this.ready.add(queue);
  }

  /** Every key of a database may have changed: it was flushed, or exchanged with another. */
  touchedAll(database: Database): void {
    for (const queue of this.queues.get(database.number)?.values() ?? []) this.ready.add(queue);
  }

  /** Ends the waits for something else than keys that has come about: each has the reply of `timedOut`. */
  endMet(): void {
    for (const waiter of this.waiters.values())
      if (waiter.command.isMet?.(waiter.session)) this.timeOut(waiter);
  }

  /** Serves who waits for the keys that became ready; serving may make others ready. */
  serveReady(): void {
    while (this.ready.size > 0) {
      const { ready } = this;
      this.ready = new Set();
      for (const queue of ready) this.serveQueue(queue);
    }
  }

  private serveQueue(queue: KeyQueue): void {
    const { server } = this;
    const database = server.keyspace.databases[queue.database]!;
    for (const waiter of queue.waiters) {
      const ref = database.findLive(queue.key, server.nowMs);
      const { command } = waiter;
      if (ref !== 0 && database.type(ref) === command.type) this.serve(waiter, queue.key);
      else if (command.keyGone !== undefined) {
        answerLater(waiter.session, (session) => command.keyGone?.(session));
        this.release(waiter);
      } else if (ref === 0 && this.presenceWaiters === 0) return;
    }
  }

  private serve(waiter: Waiter, key: Bytes): void {
    const { server } = this;
    const { propagation } = server;
    const { session, request } = waiter;
    if (server.migrations.postpones(session, request, key)) return;
    const changesBefore = server.dirty;
    const startMs = performance.now();
    if (!answerLater(waiter.session, () => waiter.command.serve(session, request, key))) return;
    this.release(waiter);
    server.clock.served(session, request, (performance.now() - startMs) * 1000);
    const changed = server.dirty !== changesBefore;
    if (changed || propagation.unsettled) propagation.command(session.db.number, request, changed);
  }

  /** The session no longer waits; its further requests run at the end of the turn. */
  private release(waiter: Waiter): void {
    this.forget(waiter.session);
    waiter.session.flags &= ~(SessionFlag.BLOCKED | SessionFlag.REPLY_SKIP);
    this.server.turn.defer(() => waiter.session.connection?.resume());
  }

  /** The client has gone, or is about to be told something: it leaves every queue. */
  forget(session: Session): void {
    const waiter = this.waiters.get(session);
    if (waiter === undefined) return;
    this.waiters.delete(session);
    this.count--;
    if (waiter.command.keyGone !== undefined) this.presenceWaiters--;
    if (waiter.command.polls) this.stopPolling(waiter);
    if (waiter.timer !== null) clearTimeout(waiter.timer);
    for (const queue of waiter.queues) {
      queue.waiters.delete(waiter);
      if (queue.waiters.size === 0) this.drop(queue);
    }
  }

  private drop(queue: KeyQueue): void {
    const queues = this.queues.get(queue.database);
    queues?.delete(queue.name);
    if (queues?.size === 0) this.queues.delete(queue.database);
  }

  /** CLIENT UNBLOCK: ends a wait as if its time were up, or with an error. False when the session does not wait. */
  unblock(session: Session, how: 'timeout' | 'error'): boolean {
    const waiter = this.waiters.get(session);
    if (waiter === undefined) return false;
    if (how === 'timeout') this.timeOut(waiter);
    else {
      answerLater(waiter.session, () => {
        session.reply.error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
      });
      this.release(waiter);
    }
    return true;
  }
}

/** A timeout in seconds, a fraction allowed, as ms, rounded up; null after it has replied with the error. */
export function timeoutSeconds(session: Session, request: Request, at: number): number | null {
  const seconds = parseDouble(request.string(at));
  if (Number.isNaN(seconds)) return refuse(session, 'ERR timeout is not a float or out of range');
  return checked(session, Math.ceil(seconds * 1000));
}

/** A timeout in whole ms; null after it has replied with the error. */
export function timeoutMilliseconds(session: Session, request: Request, at: number): number | null {
  const milliseconds = parseInt64(request.arg(at));
  if (milliseconds === null) return refuse(session, 'ERR timeout is not an integer or out of range');
  return checked(session, Number(milliseconds));
}

function checked(session: Session, milliseconds: number): number | null {
  if (milliseconds < 0) return refuse(session, 'ERR timeout is negative');
  // The time at which it ends must be a 64-bit number of ms.
  if (milliseconds + session.now >= 2 ** 63) return refuse(session, 'ERR timeout is out of range');
  return milliseconds;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

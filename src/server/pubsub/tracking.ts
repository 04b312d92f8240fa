import { keysOf } from '../arguments/command-keys.js';
import { type Command, Flag } from '../commands/command.js';
import type { Request } from '../../protocol/request.js';
import type { Bytes } from '../../bytes/bytes.js';
import { PrefixTable } from './tracking-prefixes.js';
import { sendInvalidation, sendInvalidationOfAll } from './tracking-push.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from '../clients/session.js';

/** How a session has CLIENT TRACKING on. */
export interface TrackingState {
  readonly broadcast: boolean;
  readonly optIn: boolean;
  readonly optOut: boolean;
  readonly noLoop: boolean;
  /** Client that gets the messages instead, or 0. */
  readonly redirect: number;
  /** With BCAST; '' means every key. */
  readonly prefixes: Set<string>;
  /** CLIENT CACHING, for the next command. */
  caching: 'yes' | 'no' | null;
  /** The client that should get the messages has gone. */
  brokenRedirect: boolean;
}

/**
 * Keys that clients keep copies of (CLIENT TRACKING). While no session tracks, `active` is false and nothing is done.
 */
export class Tracking {
  active = false;
  readonly prefixes: PrefixTable;
  /** Who may hold a copy of a key, by the client's id. Names are strings of one character per byte. */
  private readonly holders = new Map<string, Set<number>>();
  private sessions = 0;
  itemCount = 0;
  /** What to tell the session that is being served, after its reply; a null key is all of them. */
  private own: { readonly session: Session; readonly key: string | null }[] = [];
  private readonly observe = (session: Session, command: Command, request: Request): void => {
    this.afterCommand(session, command, request);
  };

  constructor(private readonly server: Server) {
    this.prefixes = new PrefixTable(server);
  }

  get keyCount(): number {
    return this.holders.size;
  }

  get prefixCount(): number {
    return this.prefixes.size;
  }

  /** CLIENT TRACKING ON. */
  enable(session: Session, state: TrackingState): void {
    if (session.tracking === null) this.sessions++;
    session.tracking = state;
    session.flags |= SessionFlag.TRACKING;
    for (const prefix of state.prefixes) this.prefixes.add(prefix, session);
    this.active = true;
    this.server.observe(this.observe, true);
  }

  /** CLIENT TRACKING OFF, or the client has gone. What it held is forgotten when the keys change. */
  disable(session: Session): void {
    const { tracking } = session;
    if (tracking === null) return;
    for (const prefix of tracking.prefixes) this.prefixes.remove(prefix, session);
    session.tracking = null;
    session.flags &= ~SessionFlag.TRACKING;
    if (--this.sessions > 0) return;
    this.active = false;
    this.holders.clear();
    this.itemCount = 0;
    this.server.observe(this.observe, false);
  }

  private afterCommand(session: Session, command: Command, request: Request): void {
    const { tracking } = session;
    if (tracking !== null && (command.flags & Flag.READONLY) !== 0 && !tracking.broadcast) {
      if (!tracking.optIn || tracking.caching === 'yes') {
        if (!tracking.optOut || tracking.caching !== 'no') this.remember(session, command, request);
      }
    }
    if (session.has(SessionFlag.IN_EXEC)) return;
    if (tracking !== null && !session.has(SessionFlag.MULTI) && command.container?.spec.name !== 'client') {
      tracking.caching = null;
    }
    if (this.own.length > 0) this.tellOwn();
  }

  private remember(session: Session, command: Command, request: Request): void {
    for (const at of keysOf(command, request) ?? []) {
      const key = request.string(at);
      let holders = this.holders.get(key);
      if (holders === undefined) this.holders.set(key, (holders = new Set()));
      if (!holders.has(session.id)) {
        holders.add(session.id);
        this.itemCount++;
      }
    }
    this.limit();
  }

  /** Keeps the table within `tracking-table-max-keys`: the oldest keys are given up, and their holders are told. */
  limit(): void {
    const keysMax = this.server.config['tracking-table-max-keys'];
    if (keysMax === 0) return;
    for (const key of this.holders.keys()) {
      if (this.holders.size <= keysMax) return;
      this.invalidateName(null, key);
    }
  }

  /**
   * A key has changed; `session` is who did it, or null. What is evicted goes before a command has begun, so that the
   * client whose command made it necessary is told at once, before its reply.
   */
  invalidate(session: Session | null, key: Bytes, evicted: boolean): void {
    const name = key.toString();
    if (this.prefixes.size > 0) this.prefixes.changed(session, name);
    this.invalidateName(session, name, evicted);
  }

  private invalidateName(session: Session | null, name: string, atOnce = false): void {
    const holders = this.holders.get(name);
    if (holders === undefined) return;
    this.holders.delete(name);
    this.itemCount -= holders.size;
    for (const id of holders) {
      const target = this.server.connections.get(id)?.session;
      const state = target?.tracking;
      if (target === undefined || state === null || state === undefined || state.broadcast) continue;
      if (target === session && state.noLoop) continue;
      if (!atOnce && this.isServed(target)) this.own.push({ session: target, key: name });
      else sendInvalidation(this.server, target, [name]);
    }
  }

  /** True when a message to the session now would stand inside its reply. */
  private isServed(session: Session): boolean {
    return session === this.server.pipeline.current && session.tracking?.redirect === 0;
  }

  private tellOwn(): void {
    const { own } = this;
    this.own = [];
    for (const { session, key } of own) {
      if (key === null) sendInvalidationOfAll(this.server, session);
      else sendInvalidation(this.server, session, [key]);
    }
  }

  /** Databases were emptied: nobody may trust any copy. */
  invalidateAll(session: Session | null): void {
    this.holders.clear();
    this.itemCount = 0;
    for (const { session: target } of this.server.connections.values()) {
      if (target.tracking === null || (target === session && target.tracking.noLoop)) continue;
      if (this.isServed(target)) this.own.push({ session: target, key: null });
      else sendInvalidationOfAll(this.server, target);
    }
  }
}

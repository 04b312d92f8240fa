import type { Bytes } from '../../bytes/bytes.js';
import type { Request } from '../../protocol/request.js';
import type { Database } from '../../storage/database.js';
import { keysOf } from '../arguments/command-keys.js';
import { HeldRequests } from '../clients/held-requests.js';
import { type Session, SessionFlag } from '../clients/session.js';
import { waitFor } from '../clients/waiting.js';
import { type Command, Flag } from '../commands/command.js';
import { NO_REPLY } from '../execution/dispatcher.js';
import { Gate } from '../execution/gate.js';
import { NotifyClass } from '../pubsub/notifications.js';
import type { Server } from '../server.js';
import { Migration, type MigrationOrder } from './migration.js';
import { TargetPool } from './target-pool.js';

/**
 * Keys that are on their way to other servers (MIGRATE).
 *
 * Redis does nothing else until the target has answered. Here only those wait who would change a key that is on its
 * way: what they write between the moment the value is read and the moment the key is removed would be lost. They are
 * held at the gate and run when the key has gone, as they would in Redis; so are commands without keys that write
 * (FLUSHALL, SWAPDB), and transactions with such commands. Whoever waits for an element to move into such a key is
 * served later. Keys are compared by name, whatever their database: MOVE and COPY reach into others. Expiry and
 * eviction go on; a key that is gone when the answer comes has been propagated as deleted already.
 *
 * Readers see a key here until it is removed, and for as long as an answer travels it is in both servers.
 */
export class Migrations {
  readonly targets = new TargetPool();
  private readonly moving = new Set<string>();
  private readonly held: HeldRequests;
  private readonly postponed: { readonly database: Database; readonly key: Bytes }[] = [];

  constructor(private readonly server: Server) {
    this.held = new HeldRequests(server);
  }

  /** Sends the keys; the session waits, and gets its reply when all is done. */
  begin(session: Session, order: MigrationOrder): void {
    const migration = new Migration(this.server, this.targets, order);
    for (const key of order.keys) this.moving.add(key.toString());
    this.server.setGate(Gate.MIGRATION, true);
    const done = migration.run().finally(() => {
      this.finish(session, order, migration.moved);
    });
    waitFor(session, done, ({ reply }) => {
      if (migration.error === null) reply.ok();
      else reply.error(migration.error);
    });
  }

  private finish(session: Session, order: MigrationOrder, moved: readonly Bytes[]): void {
    const { server } = this;
    for (const key of order.keys) this.moving.delete(key.toString());
    server.setGate(Gate.MIGRATION, this.moving.size > 0);
    if (server.closed) return;
    server.refreshTime();
    if (!order.copy) this.remove(session, order.source, moved);
    for (const { database, key } of this.postponed.splice(0)) server.blocking.touched(database, key);
    if (server.blocking.hasReady) server.blocking.serveReady();
    this.held.release();
  }

  /** Removes what the target has, and propagates that as one DEL. */
  private remove(session: Session, source: Database, moved: readonly Bytes[]): void {
    const { server } = this;
    const removed: Bytes[] = [];
    for (const key of moved) {
      const ref = source.lookupWrite(key, server.nowMs);
      if (ref === 0) continue;
      source.remove(ref);
      server.keyChanged(session, source, key, NotifyClass.GENERIC, 'del', 1);
      removed.push(key);
    }
    if (removed.length > 0) server.propagation.also(source.number, 'DEL', ...removed);
    server.propagation.flush();
  }

  /** NO_REPLY when the command must wait, else null. */
  refusal(session: Session, command: Command, request: Request): string | null {
    if (this.moving.size === 0 || session.connection === null) return null;
    if (!this.changesMoving(session, command, request)) return null;
    this.held.hold(session, request);
    return NO_REPLY;
  }

  private changesMoving(session: Session, command: Command, request: Request): boolean {
    if (!session.has(SessionFlag.MULTI)) return this.reaches(command, request);
    if (command.spec.name !== 'exec') return false;
    return session.transaction!.queue.some((queued) => this.reaches(queued.command, queued.request));
  }

  private reaches(command: Command, request: Request): boolean {
    if ((command.flags & Flag.WRITE) === 0) return false;
    const keys = keysOf(command, request);
    if (keys === null) return false;
    return keys.length === 0 || keys.some((at) => this.moving.has(request.string(at)));
  }

  /** True when a waiting client must not be served from `key` yet: its command would change a key on its way. */
  postpones(session: Session, request: Request, key: Bytes): boolean {
    if (this.moving.size === 0 || !this.reaches(session.lastCommand!, request)) return false;
    this.postponed.push({ database: session.db, key });
    return true;
  }

  forget(session: Session): void {
    this.held.forget(session);
  }

  close(): void {
    this.targets.close();
  }
}

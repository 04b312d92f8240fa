import type { Connection } from './connection.js';
import { clientBytes } from './client-bytes.js';
import { clientLine } from './client-line.js';
import { classOf } from './client-limits.js';
import { NO_REPLY } from '../execution/dispatcher.js';
import { Gate } from '../execution/gate.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';

/** Least `maxmemory-clients`, as in Redis: with less, nobody could talk to the server any more. */
const LIMIT_BYTES_LEAST = 128 * 1024;

/**
 * What all clients together occupy: it counts towards `maxmemory`, and beyond `maxmemory-clients` the largest clients
 * are closed. While neither is set nothing is counted.
 */
export class ClientMemory {
  /** Bytes of all clients but replicas; 0 while nothing is counted. */
  total = 0;
  private active = false;
  private scheduled = false;
  private readonly observe = (session: Session): void => {
    this.changed(session);
  };

  constructor(private readonly server: Server) {}

  /** Takes over the directives; call it when one of them has changed. */
  configure(): void {
    const { config } = this.server;
    this.active = config.maxmemory > 0 || config['maxmemory-clients'] !== 0;
    this.server.observe(this.observe, config['maxmemory-clients'] !== 0);
    if (this.active) this.refresh();
    else this.total = 0;
  }

  /** `maxmemory-clients` in bytes, 0 for none; a percentage is one of `maxmemory`. */
  private get limitBytes(): number {
    const { maxmemory, 'maxmemory-clients': limit } = this.server.config;
    if (limit === 0 || (limit < 0 && maxmemory === 0)) return 0;
    return Math.max(LIMIT_BYTES_LEAST, limit > 0 ? limit : Math.floor((maxmemory * -limit) / 100));
  }

  /** A client may occupy more or less than before. */
  changed(session: Session): void {
    const { connection } = session;
    if (!this.active || connection === null || connection.closed) return;
    this.count(connection);
    this.checkLater();
  }

  private count(connection: Connection): void {
    const bytes = classOf(connection.session) === 'slave' ? 0 : clientBytes(connection.session);
    this.total += bytes - connection.countedBytes;
    connection.countedBytes = bytes;
  }

  forget(connection: Connection): void {
    this.total -= connection.countedBytes;
    connection.countedBytes = 0;
  }

  /** Counts every client anew. */
  refresh(): void {
    if (!this.active) return;
    this.total = 0;
    for (const connection of this.server.connections.values()) {
      connection.countedBytes = 0;
      this.count(connection);
    }
    this.checkLater();
  }

  private get exceeded(): boolean {
    const { limitBytes } = this;
    return limitBytes > 0 && this.total >= limitBytes;
  }

  /** Clients are closed before the next command, or at the end of the turn: not while a command runs. */
  private checkLater(): void {
    if (this.scheduled || !this.exceeded) return;
    this.scheduled = true;
    this.server.setGate(Gate.CLIENTS, true);
    this.server.turn.defer(() => {
      this.scheduled = false;
      this.server.setGate(Gate.CLIENTS, false);
      this.evict();
    });
  }

  /** Makes room before a command; NO_REPLY when its own client had to go, else null. */
  refusal({ connection }: Session): string | null {
    if (!this.scheduled) return null;
    this.evict();
    return connection?.closed === true ? NO_REPLY : null;
  }

  /** Closes the largest clients until the rest keeps the limit. */
  private evict(): void {
    const { server } = this;
    const evictable = [...server.connections.values()]
      .filter(({ session }) => !session.has(SessionFlag.NO_EVICT) && classOf(session) !== 'slave')
      .sort((one, other) => other.countedBytes - one.countedBytes);
    for (const connection of evictable) {
      if (!this.exceeded) return;
      server.log.info({ client: clientLine(connection.session) }, 'Evicting client');
      server.statistics.evictedClients++;
      connection.close();
      this.forget(connection);
    }
  }
}

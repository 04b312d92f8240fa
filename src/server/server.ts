import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import type { Bytes } from '../bytes/bytes.js';
import type { Request } from '../protocol/request.js';
import type { Database } from '../storage/database.js';
import { ExpireCycle } from '../storage/expire-cycle.js';
import { Keyspace } from '../storage/keyspace.js';
import { CommandClock } from './command-clock.js';
import type { Command } from './commands/command.js';
import { COMMANDS } from './commands/list.js';
import { CommandTable } from './commands/table.js';
import { Connection } from './connection.js';
import { DIRECTIVES, type ConfigValues } from './directives.js';
import { Dispatcher } from './dispatcher.js';
import { MemoryLimit } from './memory-limit.js';
import { NotifyClass } from './notifications.js';
import { Pipeline } from './pipeline.js';
import { Propagation } from './propagation.js';
import { Session } from './session.js';
import { Listener } from './transport/listener.js';
import type { Wire } from './transport/wire.js';
import { discardTransaction } from './transactions.js';
import { Turn } from './turn.js';
import { Watches } from './watches.js';

/** A Redis server: what all sessions share. Its parts know it; it wires them together. */
export class Server {
  readonly config: ConfigValues;
  readonly log: Logger;
  readonly keyspace: Keyspace;
  readonly commands = new CommandTable(COMMANDS);
  readonly propagation = new Propagation();
  readonly watches = new Watches();
  readonly expireCycle: ExpireCycle;
  readonly memoryLimit: MemoryLimit;
  readonly clock = new CommandClock();
  readonly dispatcher: Dispatcher;
  readonly pipeline: Pipeline;
  readonly turn: Turn;
  readonly connections = new Map<number, Connection>();
  readonly runId = randomBytes(20).toString('hex');

  /** Unix time in ms, refreshed when bytes arrive and in the cron; constant during a command. */
  nowMs = Date.now();
  readonly startedAtMs = this.nowMs;
  /** Changes since the last save. */
  dirty = 0;
  totalCommands = 0;
  totalConnections = 0;
  rejectedConnections = 0;
  bytesRead = 0;
  bytesWritten = 0;
  errorReplies = 0;
  /** True when `refusal` has something to check: memory, disk, loading, replication. */
  gated = false;
  private gates = 0;
  /** False while DEBUG SET-ACTIVE-EXPIRE has stopped the expire cycle. */
  activeExpire = true;
  /** True during the expire cycle: each removal is written by itself. */
  private expiring = false;
  /** Called after every command while somebody needs it (blocked clients, MONITOR, tracking). */
  afterCommand: ((session: Session, command: Command, request: Request) => void) | null = null;

  private listeners: Listener[] = [];
  private cron: NodeJS.Timeout | null = null;
  private nextClientId = 1;

  constructor(options: Partial<ConfigValues> = {}) {
    this.config = { ...initialConfig(), ...options };
    this.log = pino({ level: 'silent' });
    this.keyspace = new Keyspace({
      shardCount: this.config.shards,
      databaseCount: this.config.databases,
      keysPerShardMax: this.config['max-keys-per-shard'],
      random: Math.random,
    });
    this.keyspace.tick(this.nowMs);
    this.expireCycle = new ExpireCycle(this.keyspace);
    this.memoryLimit = new MemoryLimit(this);
    this.keyspace.onExpired = (database, key) => {
      this.propagation.also(database.number, 'DEL', key);
      this.keyChanged(null, database, key, NotifyClass.EXPIRED, 'expired', 0);
      if (this.expiring) this.propagation.flush();
    };
    this.dispatcher = new Dispatcher(this);
    this.pipeline = new Pipeline(this);
    this.turn = new Turn(this.pipeline.reply);
  }

  get authRequired(): boolean {
    return this.config.requirepass !== '';
  }

  refreshTime(): void {
    this.nowMs = Date.now();
  }

  /** Starts accepting connections. Rejects with the error of the socket. */
  async listen(): Promise<number> {
    const { port } = this.config;
    const listener = await Listener.open(
      { host: '127.0.0.1', port, backlog: this.config['tcp-backlog'] },
      (wire) => {
        this.accept(wire);
      },
    );
    this.listeners.push(listener);
    this.cron = setInterval(() => {
      this.tick();
    }, 1000 / this.config.hz);
    return listener.port;
  }

  private accept(wire: Wire): void {
    this.totalConnections++;
    const session = new Session(this, this.pipeline.reply, this.nextClientId++);
    const connection = new Connection(wire, session, this.pipeline);
    this.connections.set(session.id, connection);
    wire.start(connection);
  }

  disconnected(connection: Connection): void {
    this.connections.delete(connection.session.id);
    discardTransaction(connection.session);
  }

  /** A reply could not be written at once: limits on output are checked here. */
  outputGrown(_connection: Connection): void {
    // Limits come with the configuration.
  }

  private tick(): void {
    this.refreshTime();
    this.keyspace.tick(this.nowMs);
    if (this.activeExpire) this.expireKeys();
  }

  /** One active expire cycle, in at most a quarter of the time until the next. */
  private expireKeys(): void {
    const startMs = performance.now();
    const budgetMs = 250 / this.config.hz;
    this.expiring = true;
    this.expireCycle.run(this.nowMs, budgetMs, () => performance.now() - startMs);
    this.expiring = false;
  }

  /** Why a command may not run now, or null. Asked only while `gated`, or for sessions in a special state. */
  refusal(session: Session, command: Command, _request: Request): string | null {
    return this.memoryLimit.refusal(session, command);
  }

  /** Makes the gate ask `refusal` about every command, or no longer, for one reason (a bit of `Gate`). */
  setGate(reason: number, on: boolean): void {
    this.gates = on ? this.gates | reason : this.gates & ~reason;
    this.gated = this.gates !== 0;
  }

  commandFailed(command: Command, error: string): void {
    command.failedCalls++;
    this.countError(error);
  }

  countError(_error: string): void {
    this.errorReplies++;
  }

  /** See `Session.changed`. */
  keyChanged(
    _session: Session | null,
    database: Database,
    key: Bytes,
    _notifyClass: NotifyClass,
    _event: string,
    changes: number,
  ): void {
    this.dirty += changes;
    if (this.watches.size !== 0) this.watches.touch(database, key);
  }

  /** As `keyChanged`, for a change of form that nobody is notified of. */
  keyTouched(session: Session, key: Bytes): void {
    this.dirty++;
    if (this.watches.size !== 0) this.watches.touch(session.db, key);
  }

  /** Empties databases: as `keyChanged` for everything in them. */
  databasesFlushed(_session: Session, databases: readonly Database[]): void {
    for (const database of databases) {
      this.dirty += database.size;
      this.watches.databaseFlushed(database, null, this.nowMs);
      database.clear();
    }
  }

  /** Exchanges two databases under everybody who has selected one of them. */
  swapDatabases(_session: Session, first: number, second: number): void {
    const { databases } = this.keyspace;
    const one = databases[first]!;
    const other = databases[second]!;
    if (one !== other) {
      this.watches.databaseFlushed(one, other, this.nowMs);
      this.watches.databaseFlushed(other, one, this.nowMs);
      this.keyspace.swap(first, second);
      for (const { session } of this.connections.values()) {
        if (session.db === one) session.db = other;
        else if (session.db === other) session.db = one;
      }
    }
    this.dirty++;
  }

  /** True where the LRU clock or LFU counter of each value matters, so that Redis would not share values. */
  get usesAccessPerValue(): boolean {
    const policy = this.config['maxmemory-policy'];
    return this.config.maxmemory > 0 && (policy.endsWith('lru') || policy.endsWith('lfu'));
  }

  async close(): Promise<void> {
    if (this.cron !== null) clearInterval(this.cron);
    for (const connection of this.connections.values()) connection.close();
    await Promise.all(this.listeners.map((listener) => listener.close()));
  }
}

function initialConfig(): ConfigValues {
  const entries = Object.entries(DIRECTIVES).map(([name, kind]) => [name, kind.initial] as const);
  return Object.fromEntries(entries) as ConfigValues;
}

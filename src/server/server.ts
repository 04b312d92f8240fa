import type { Bytes } from '../bytes/bytes.js';
import type { Request } from '../protocol/request.js';
import type { Database } from '../storage/database.js';
import { Keyspace } from '../storage/keyspace.js';
import { ActiveExpiry } from './upkeep/active-expiry.js';
import { Blocking } from './clients/blocking.js';
import { Admission } from './clients/client-admission.js';
import { clientBytes } from './clients/client-bytes.js';
import { ClientMemory } from './clients/client-memory.js';
import { closeOverdueClients } from './clients/client-limits.js';
import { CommandClock } from './execution/command-clock.js';
import type { Command } from './commands/command.js';
import type { ShutdownOptions } from './commands/server/shutdown.js';
import { COMMANDS } from './commands/list.js';
import { CommandTable } from './commands/table.js';
import { applyConfiguration } from './config/config-effects.js';
import { Configuration, initialConfig, renameCommands } from './config/configuration.js';
import type { Connection } from './clients/connection.js';
import { Cron } from './upkeep/cron.js';
import type { ConfigValues } from './config/directives.js';
import { Dispatcher } from './execution/dispatcher.js';
import { type Log, silentLog } from './log.js';
import { LatencyMonitor } from './info/latency.js';
import { Network } from './transport/network.js';
import { Compaction } from './upkeep/compaction.js';
import { LazyFreeing } from './upkeep/lazy-freeing.js';
import { MemoryLimit } from './upkeep/memory-limit.js';
import { Migrations } from './migration/migrations.js';
import { Monitors } from './clients/monitor.js';
import { publishKeyspaceEvent } from './pubsub/keyspace-events.js';
import { NotifyClass } from './pubsub/notifications.js';
import { type Observer, Observers } from './execution/observers.js';
import { Pause } from './clients/client-pause.js';
import { Persistence } from './persistence/persistence.js';
import { Pipeline } from './execution/pipeline.js';
import { Propagation } from './execution/propagation.js';
import { PubSub } from './pubsub/pubsub.js';
import { newRunId } from './run-id.js';
import type { Session } from './clients/session.js';
import { Slowlog } from './info/slowlog.js';
import { Statistics } from './info/stats.js';
import { Tracking } from './pubsub/tracking.js';
import { discardTransaction } from './execution/transactions.js';
import { Turn } from './execution/turn.js';
import { Watches } from './execution/watches.js';

/** Slots of a shard's old table that the cron moves in one turn; 16 shards take half a millisecond. */
const MIGRATED_SLOTS = 4096;

/** A Redis server: what all sessions share. Its parts know it; it wires them together. */
export class Server {
  readonly config: ConfigValues;
  readonly configuration: Configuration;
  readonly keyspace: Keyspace;
  readonly commands = new CommandTable(COMMANDS);
  readonly propagation = new Propagation();
  readonly watches = new Watches();
  readonly activeExpiry: ActiveExpiry;
  readonly memoryLimit: MemoryLimit;
  readonly lazyFreeing: LazyFreeing;
  readonly compaction: Compaction;
  readonly clientMemory: ClientMemory;
  readonly clock = new CommandClock();
  readonly statistics = new Statistics();
  readonly dispatcher: Dispatcher;
  readonly pipeline: Pipeline;
  readonly turn: Turn;
  readonly blocking = new Blocking(this);
  readonly cron: Cron;
  readonly network: Network;
  readonly admission: Admission;
  readonly pubsub: PubSub;
  readonly tracking: Tracking;
  readonly monitors: Monitors;
  readonly pause: Pause;
  readonly migrations: Migrations;
  readonly slowlog = new Slowlog();
  readonly latency = new LatencyMonitor();
  readonly persistence: Persistence;
  readonly connections = new Map<number, Connection>();
  readonly runId = newRunId();
  replicationId = newRunId();

  /** Unix time in ms, refreshed when bytes arrive and in the cron; constant during a command. */
  nowMs = Date.now();
  readonly startedAtMs = this.nowMs;
  /** Changes since the last save. */
  dirty = 0;
  totalCommands = 0;
  totalConnections = 0;
  rejectedConnections = 0;
  totalReads = 0;
  totalWrites = 0;
  bytesRead = 0;
  bytesWritten = 0;
  errorReplies = 0;
  private attributedErrors = 0;
  /** A write of more than this is looked at, whether its client may have it; see `refusesOutput`. */
  outputBytesUnchecked = Infinity;
  /** True when `refusal` has something to check: memory, disk, loading, replication. */
  gated = false;
  private gates = 0;
  /** Called after every command while somebody needs it (blocked clients, MONITOR, tracking). */
  afterCommand: Observer | null = null;
  private readonly observers = new Observers();
  /** `notify-keyspace-events`: bits of `NotifyClass`. */
  notifyFlags = 0;
  /** Told of every session that is gone, whatever it was doing. */
  readonly onDisconnect: ((session: Session) => void)[] = [];
  /** DEBUG SET-SKIP-CHECKSUM-VALIDATION. */
  skipsDumpChecksums = false;
  /** True from the moment of `close` on. */
  closed = false;
  /** Ends the process that runs this server, for SHUTDOWN; a server inside a program only closes. */
  onShutdown: (options: ShutdownOptions) => void = () => {
    void this.close();
  };

  constructor(
    options: Partial<ConfigValues> | Configuration = {},
    readonly log: Log = silentLog,
  ) {
    this.configuration =
      options instanceof Configuration ? options : new Configuration({ ...initialConfig(), ...options });
    this.config = this.configuration.values;
    renameCommands(this.commands, this.configuration.renames);
    this.keyspace = new Keyspace({
      shardCount: this.config.shards,
      databaseCount: this.config.databases,
      keysPerShardMax: this.config['max-keys-per-shard'],
      random: Math.random,
    });
    this.keyspace.tick(this.nowMs);
    this.activeExpiry = new ActiveExpiry(this);
    this.lazyFreeing = new LazyFreeing(this);
    this.clientMemory = new ClientMemory(this);
    this.memoryLimit = new MemoryLimit(this);
    this.compaction = new Compaction(this);
    this.dispatcher = new Dispatcher(this);
    this.pipeline = new Pipeline(this);
    this.pipeline.reply.onError = (error) => {
      this.countError(error);
    };
    this.turn = new Turn(this.pipeline.reply);
    this.cron = new Cron(this);
    this.admission = new Admission(this);
    this.network = new Network(this);
    this.pubsub = new PubSub(this);
    this.persistence = new Persistence(this);
    this.tracking = new Tracking(this);
    this.monitors = new Monitors(this);
    this.pause = new Pause(this);
    this.migrations = new Migrations(this);
    this.onDisconnect.push(discardTransaction, (session) => {
      this.pubsub.unsubscribeAll(session);
      this.blocking.forget(session);
      this.tracking.disable(session);
      this.monitors.remove(session);
      this.pause.forget(session);
      this.migrations.forget(session);
    });
    this.cron.add(() => {
      this.activeExpiry.run();
      if (this.config.activerehashing) {
        for (const database of this.keyspace.databases) database.continueMigration(MIGRATED_SLOTS);
      }
      if (this.blocking.hasReady) this.blocking.serveReady();
      this.clientMemory.refresh();
      this.compaction.run();
    });
    this.cron.everySecond(() => {
      closeOverdueClients(this);
      this.migrations.targets.closeIdle(this.nowMs);
    });
    applyConfiguration(this);
  }

  get authRequired(): boolean {
    return this.config.requirepass !== '';
  }

  /** The TCP port it listens on, or 0. */
  get port(): number {
    return this.network.port;
  }

  refreshTime(): void {
    this.nowMs = Date.now();
  }

  /** Starts accepting connections; the TCP port. Rejects with the error of the socket. */
  async listen(options: { readonly tcp: boolean } = { tcp: true }): Promise<number> {
    await this.persistence.start();
    await this.network.open(options.tcp);
    this.cron.start();
    return this.port;
  }

  disconnected(connection: Connection): void {
    const { session } = connection;
    this.connections.delete(session.id);
    this.clientMemory.forget(connection);
    for (const forget of this.onDisconnect) forget(session);
  }

  /** Why a command may not run now, or null. Asked only while `gated`, or for sessions in a special state. */
  refusal(session: Session, command: Command, request: Request): string | null {
    return (
      this.clientMemory.refusal(session) ??
      this.persistence.refusal(session, command) ??
      this.memoryLimit.refusal(session, command) ??
      this.pause.refusal(session, command, request) ??
      this.migrations.refusal(session, command, request)
    );
  }

  /** Calls `observer` after every command, or no longer. */
  observe(observer: Observer, on: boolean): void {
    this.observers.set(observer, on);
    this.afterCommand = this.observers.asOne;
  }

  /** Makes the gate ask `refusal` about every command, or no longer, for one reason (a bit of `Gate`). */
  setGate(reason: number, on: boolean): void {
    this.gates = on ? this.gates | reason : this.gates & ~reason;
    this.gated = this.gates !== 0;
  }

  /**
   * An error was replied while `command` ran, `errors` being how many that makes. One that another command inside it
   * has replied (in EXEC, or to a client it has woken) is that command's.
   */
  commandFailed(command: Command, errors: number): void {
    if (errors === this.attributedErrors) return;
    this.attributedErrors = errors;
    command.failedCalls++;
  }

  countError(error: string): void {
    this.errorReplies++;
    this.statistics.countError(error);
  }

  /** See `Session.changed`. */
  keyChanged(
    session: Session | null,
    database: Database,
    key: Bytes,
    notifyClass: NotifyClass,
    event: string,
    changes: number,
  ): void {
    this.dirty += changes;
    if (this.blocking.count !== 0) this.blocking.touched(database, key);
    if (this.watches.size !== 0) this.watches.touch(database, key);
    if (this.tracking.active) this.tracking.invalidate(session, key, notifyClass === NotifyClass.EVICTED);
    if ((this.notifyFlags & notifyClass) !== 0) publishKeyspaceEvent(this, database, key, event);
  }

  /** As `keyChanged`, for a change of form that nobody is notified of. */
  keyTouched(session: Session, key: Bytes): void {
    this.dirty++;
    if (this.watches.size !== 0) this.watches.touch(session.db, key);
  }

  /** True where the LRU clock or LFU counter of each value matters, so that Redis would not share values. */
  get usesAccessPerValue(): boolean {
    const policy = this.config['maxmemory-policy'];
    return this.config.maxmemory > 0 && (policy.endsWith('lru') || policy.endsWith('lfu'));
  }

  /** Bytes that clients occupy. */
  get clientBytes(): number {
    let bytes = 0;
    for (const { session } of this.connections.values()) bytes += clientBytes(session);
    return bytes;
  }

  /** Data, indexes and clients: what `used_memory` tells. */
  get usedMemory(): number {
    return this.keyspace.usedBytes + this.clientBytes;
  }

  /** SHUTDOWN: the one who runs this server ends it. */
  shutdown(session: Session, options: ShutdownOptions): void {
    this.log.info({ ...options }, 'User requested shutdown');
    if (!this.persistence.saves.saveAtEnd(options.save) && !options.force) {
      return session.reply.error('ERR Errors trying to SHUTDOWN. Check logs.');
    }
    this.onShutdown(options);
  }

  /** Closes every connection and listener; resolves when nothing is left that keeps a process alive. */
  async close(): Promise<void> {
    this.closed = true;
    this.cron.stop();
    this.pause.close();
    this.migrations.close();
    await this.network.close();
    await this.persistence.close();
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { ReplaySender, type ReplayServer } from '../client/replay-sender.js';
import { ReplyError } from '../client/reply-reading.js';
import type { AofSet } from '../persistence/toolkit/aof-set.js';
import { OperationStream, type StreamDamage } from '../persistence/toolkit/operation-stream.js';
import type { Operation } from '../persistence/toolkit/operations.js';
import { encodeRequest } from '../protocol/request-encoder.js';
import { UsageError } from './aof-command.js';
import { comparePlaces, type ReplayPlace, placeText } from './replay-place.js';

export interface ReplayOptions {
  from: ReplayPlace;
  /** Commands a second, or null for as fast as the server takes them. */
  rate: number | null;
  wanted: (operation: Operation) => boolean;
  /** Ends the replay at the first error reply. */
  stopOnError: boolean;
  onError: (label: string, message: string) => void;
  progress: (place: ReplayPlace) => void;
}

export interface ReplayOutcome {
  commands: number;
  /** Commands that the filters left out. */
  skipped: number;
  errors: number;
  /** Up to here everything was answered. */
  place: ReplayPlace;
  end: 'complete' | 'stopped' | 'error' | 'disconnected' | 'damaged';
  /** Sent behind `place`, before the connection was lost or the server refused: it ran them, or may have run them. */
  unanswered: number;
  damage: StreamDamage | null;
  /** Why the connection ended, or why a database could not be selected. */
  reason: string | null;
  /** With what the server refused to go on; the replay can be resumed at what it refused. */
  refusal: string | null;
}

/** Shorter waits cost more than they even out. */
const WAIT_MS_MIN = 5;

/** Plays the operations of a set into a live server: transactions whole, each in its database, never out of order. */
export class Replay {
  private readonly stream: OperationStream;
  private sender!: ReplaySender<ReplayPlace>;
  private stopping = false;
  private commands = 0;
  private skipped = 0;
  private selected = -1;
  /** Databases that the server is known to have. */
  private readonly databases = new Set<number>();
  /** What was read and not sent yet, whole transactions only. */
  private waiting: Unit[] = [];
  private transaction: Unit | null = null;
  private startedAtMs = 0;
  private misplaced: UsageError | null = null;

  constructor(
    set: AofSet,
    private readonly options: ReplayOptions,
  ) {
    this.stream = new OperationStream(set, (operation) => this.take(operation), options.from.file);
  }

  /** Rejects with a `ConnectionError` or `ReplyError`. Resolves with the number of keys in the server. */
  async connect(server: ReplayServer): Promise<number> {
    this.sender = await ReplaySender.open<ReplayPlace>(server, this.options.from);
    this.sender.onError = this.options.onError;
    const keyspace = await this.sender.call(['INFO', 'keyspace']).catch((error: unknown) => {
      this.sender.close();
      throw error;
    });
    const text = 'bytes' in keyspace ? keyspace.bytes.toString() : '';
    const sizes = [...text.matchAll(/^db\d+:keys=(\d+)/gm)].map((match) => Number(match[1]));
    return sizes.reduce((sum, keys) => sum + keys, 0);
  }

  /** Ends after what was sent was answered. */
  stop(): void {
    this.stopping = true;
  }

  close(): void {
    this.stream.close();
    this.sender.close();
  }

  async run(): Promise<ReplayOutcome> {
    this.startedAtMs = performance.now();
    let reason: string | null = null;
    try {
      for (let more = true; more && this.goesOn();) {
        more = this.stream.step();
        if (this.misplaced !== null) throw this.misplaced;
        await this.sendWaiting();
        this.options.progress(this.sender.answered);
      }
      await this.sender.drain();
    } catch (error) {
      if (this.sender.failure === null && !(error instanceof ReplyError)) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    return this.outcome(reason);
  }

  private goesOn(): boolean {
    if (this.stopping || this.sender.failure !== null || this.sender.refusal !== null) return false;
    return !this.options.stopOnError || this.sender.errors === 0;
  }

  private outcome(reason: string | null): ReplayOutcome {
    const { errors, answered, unanswered, failure, refusal } = this.sender;
    const { damage } = this.stream;
    const end =
      failure !== null
        ? 'disconnected'
        : reason !== null || refusal !== null || (this.options.stopOnError && errors > 0)
          ? 'error'
          : this.stopping
            ? 'stopped'
            : damage !== null
              ? 'damaged'
              : 'complete';
    const { commands, skipped } = this;
    return {
      commands,
      skipped,
      errors,
      place: answered,
      end,
      unanswered,
      damage,
      reason,
      refusal: refusal?.message ?? null,
    };
  }

  /** Takes one operation from the file: into the transaction that is open, or as a unit of its own. */
  private take(operation: Operation): void {
    const { stream } = this;
    const behind = { ...stream.place };
    if (!this.isBehindStart(operation, behind)) return;
    const { request } = operation;
    if (request.is(0, 'select')) {
      if (this.transaction === null) this.waiting.push({ ...emptyUnit(''), behind });
      return;
    }
    const label = `${operation.file.name}:${placeText(operation, behind)} ${request.string(0)}`;
    if (request.is(0, 'multi')) this.transaction = emptyUnit(label);
    else if (request.is(0, 'exec') && this.transaction !== null) this.finishTransaction(behind);
    else if (!this.options.wanted(operation)) {
      this.skipped++;
      if (this.transaction === null) this.waiting.push({ ...emptyUnit(label), behind });
    } else {
      const unit = this.transaction ?? emptyUnit(label);
      const bytes = request.buffer.subarray(request.rawStart, request.rawEnd);
      unit.commands.push({ db: operation.db, bytes: Buffer.from(bytes) });
      if (this.transaction === null) this.waiting.push({ ...unit, behind });
    }
  }

  private finishTransaction(behind: ReplayPlace): void {
    const unit = this.transaction!;
    this.transaction = null;
    this.waiting.push({ ...unit, behind, transaction: unit.commands.length > 0 });
  }

  /** False for what was played before; the place to start from must be where a record ends. */
  private isBehindStart({ start, end }: Operation, behind: ReplayPlace): boolean {
    const { from } = this.options;
    if (comparePlaces(behind, from) <= 0) {
      if (comparePlaces(behind, from) === 0 && this.stream.inTransaction) {
        this.misplaced = new UsageError(`--from: offset ${end} is inside a transaction`);
      }
      return false;
    }
    if (from.offset !== null && behind.file === from.file && start < from.offset) {
      this.misplaced = new UsageError(
        `--from: no record begins at offset ${from.offset}; ` +
          (start < 0 ? 'it is inside the RDB part' : `the one around it begins at ${start}`),
      );
      return false;
    }
    return true;
  }

  private async sendWaiting(): Promise<void> {
    const units = this.waiting;
    this.waiting = [];
    for (const unit of units) {
      if (!this.goesOn()) return;
      if (unit.commands.length === 0) {
        this.sender.skipTo(unit.behind);
        continue;
      }
      for (const { db } of unit.commands) if (!this.databases.has(db)) await this.tryDatabase(db);
      await this.keepRate();
      this.send(unit);
      // An error is noticed before the next command is sent.
      if (this.options.stopOnError) await this.sender.drain();
      if (this.sender.full) await this.sender.ready();
    }
    await this.sender.ready();
  }

  /** A SELECT that fails must not let what follows land in another database. */
  private async tryDatabase(db: number): Promise<void> {
    await this.sender.call(['SELECT', String(db)]).catch((error: unknown) => {
      if (!(error instanceof ReplyError)) throw error;
      throw new ReplyError(`the server refuses database ${db}: ${error.message}`);
    });
    this.databases.add(db);
    this.selected = db;
  }

  private send({ commands, behind, label, transaction }: Unit): void {
    const parts: Buffer[] = transaction ? [MULTI] : [];
    for (const { db, bytes } of commands) {
      if (db !== this.selected) parts.push(encodeRequest(['SELECT', String(db)]));
      this.selected = db;
      parts.push(bytes);
    }
    if (transaction) parts.push(EXEC);
    this.commands += commands.length;
    this.sender.send(parts.length === 1 ? parts[0]! : Buffer.concat(parts), {
      replies: parts.length,
      behind,
      label,
    });
  }

  private async keepRate(): Promise<void> {
    const { rate } = this.options;
    if (rate === null) return;
    const waitMs = this.startedAtMs + (1000 * this.commands) / rate - performance.now();
    if (waitMs < WAIT_MS_MIN) return;
    this.sender.flush();
    const until = performance.now() + waitMs;
    // In pieces, so that Ctrl-C and a lost connection are noticed.
    while (this.goesOn() && performance.now() < until) {
      await delay(Math.max(1, Math.min(100, until - performance.now())));
    }
  }
}

interface Unit {
  commands: { db: number; bytes: Buffer }[];
  transaction: boolean;
  behind: ReplayPlace;
  label: string;
}

function emptyUnit(label: string): Unit {
  return { commands: [], transaction: false, behind: { file: 0, snapshotCommands: 0, offset: 0 }, label };
}

const MULTI = encodeRequest(['MULTI']);
const EXEC = encodeRequest(['EXEC']);

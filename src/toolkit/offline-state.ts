import { Bytes } from '../bytes/bytes.js';
import { RequestBuilder } from '../persistence/aof/request-builder.js';
import type { AofReader } from '../persistence/aof/aof-reader.js';
import type { KeyMeta, RdbVisitor } from '../persistence/rdb/rdb-visitor.js';
import { AofDamagedError, type AofSet, type AofSetFile } from '../persistence/toolkit/aof-set.js';
import { isUnfinishedEnd, walkFile } from '../persistence/toolkit/aof-walk.js';
import { NO_PROGRESS, type Progress } from '../persistence/toolkit/progress.js';
import { ReplyWriter } from '../protocol/reply-writer.js';
import type { Request } from '../protocol/request.js';
import { Session, SessionFlag } from '../server/clients/session.js';
import { KeyspaceLoader } from '../server/persistence/keyspace-loader.js';
import { Snapshot } from '../server/persistence/snapshot.js';
import { Server } from '../server/server.js';
import type { Database } from '../storage/database.js';
import type { Keyspace } from '../storage/keyspace.js';
import { FunctionLibraries } from './function-libraries.js';
import { KeyRange } from './key-range.js';
import { worksApart } from './key-ties.js';
import { RequestKeys } from './request-keys.js';

/** More databases than any file is likely to use; an empty one costs next to nothing. */
const DATABASES = 256;
/** Slices of a millisecond that are told between two looks at what the person wants. */
const SLICES_PER_LOOK = 16;
/** Keys and commands between two looks at the memory. */
const STEPS_PER_LOOK = 64;
const KEYS_PER_SCAN = 1024;

/** Told how many of how many keys have been written. */
export type KeyProgress = (keys: number) => Promise<void>;

/** The loaded keys take more than was allowed, and nothing is known of which of them could be left for later. */
export class TooLargeError extends Error {}

/** What a state may take, and which keys it is to hold. */
export interface StateLimits {
  memoryBytes: number;
  /** Added per key, for what the state's owner keeps of it. */
  bytesPerKey: number;
  range: KeyRange;
}

const UNLIMITED: StateLimits = { memoryBytes: Infinity, bytesPerKey: 0, range: new KeyRange() };

/**
 * The data that a set amounts to, or that of a range of its keys: its commands were run by a server that has no port and
 * no files. Nothing expires meanwhile, so that a rewritten file holds what the original does.
 */
export class OfflineState {
  private readonly server: Server;
  private readonly reply = new ReplyWriter();
  private readonly session: Session;
  private readonly libraries = new FunctionLibraries();
  private readonly single = new RequestBuilder();
  private steps = 0;
  /** Bytes of an unfinished record or transaction that were left out at the end. */
  droppedBytes = 0;

  private constructor(
    private readonly limits: StateLimits,
    private readonly keysOf: RequestKeys,
  ) {
    this.server = new Server({ databases: DATABASES, shards: 1, appendonly: false, save: [] });
    this.server.keyspace.expirePaused = () => true;
    this.server.keyspace.keepExpired = true;
    this.session = new Session(this.server, this.reply, 0);
  }

  /**
   * Rejects with an `AofDamagedError` when the set cannot be loaded, with a `TooLargeError` when it takes more than it
   * may. A range that has ties is narrowed instead.
   */
  static async load(
    set: AofSet,
    progress = NO_PROGRESS,
    limits = UNLIMITED,
    keys = new RequestKeys(),
  ): Promise<OfflineState> {
    const state = new OfflineState(limits, keys);
    for (const file of set.files) await state.load(file, file === set.files.at(-1), progress);
    return state;
  }

  private async load(file: AofSetFile, last: boolean, progress: Progress): Promise<void> {
    const { session, server } = this;
    session.transaction = null;
    session.flags = SessionFlag.LOADER;
    session.select(0);
    const loader = new RangeLoader(server.keyspace, (key) => this.isWanted(key));
    const { damage, bytes, soundTo } = await walkFile(file.path, {
      snapshot: loader,
      record: (reader) => {
        this.take(reader, file);
      },
      annotation: () => undefined,
      progress: (offset) => {
        this.releaseRemoved();
        return progress(file, offset);
      },
    });
    for (const code of loader.functions) this.libraries.add(code);
    if (damage === null) return;
    if (!last || !isUnfinishedEnd(damage)) {
      throw new AofDamagedError(
        `${file.name} cannot be loaded: at byte ${damage.offset}: ${damage.reason}. ` +
          `Everything before byte ${soundTo} is sound. To see more: 'aof check'; to save what can be saved: 'aof repair --salvage'`,
      );
    }
    this.droppedBytes += bytes - soundTo;
  }

  /** Nobody else is served here: what was removed goes before more is read. */
  private releaseRemoved(): void {
    while (this.server.keyspace.lazyFree.step());
  }

  private isWanted(key: Bytes): boolean {
    this.keepWithinLimits();
    return this.limits.range.includes(key);
  }

  /** Runs a record, or as much of it as is about keys of the range. */
  private take(reader: AofReader, file: AofSetFile): void {
    const { request } = reader;
    const { range } = this.limits;
    if (this.libraries.take(request)) return;
    this.keepWithinLimits();
    if (range.ties === null) return this.run(request, reader, file);
    const keys = this.keysOf.of(request);
    if (keys.length === 0) return this.run(request, reader, file);
    // An MSET with a key that has no value is run as it is, for its error.
    const whole = request.count % 2 === 0 && request.is(0, 'mset');
    if (keys.length > 1 && worksApart(request) && !whole) return this.runApart(keys, reader, file);
    if (range.includesArgument(request, keys[0]!)) this.run(request, reader, file);
  }

  /** Runs DEL and MSET key by key. */
  private runApart(keys: readonly number[], reader: AofReader, file: AofSetFile): void {
    const { request } = reader;
    const name = request.word(0);
    for (const index of keys) {
      if (!this.limits.range.includesArgument(request, index)) continue;
      const single = this.single.start(name).bytes(request.arg(index));
      if (name === 'mset') single.bytes(request.arg(index + 1));
      this.run(single.finish(), reader, file);
    }
  }

  private run(request: Request, reader: AofReader, file: AofSetFile): void {
    const { reply } = this;
    this.server.dispatcher.dispatch(this.session, request);
    const failed = reply.errors !== 0;
    reply.reset();
    if (!failed) return;
    throw new AofDamagedError(
      `${file.name}: the command at byte ${reader.start} cannot be run: ${reply.lastError}. ` +
        "To take it out: 'aof export', edit the lines, 'aof import'",
    );
  }

  private keepWithinLimits(): void {
    if (++this.steps % STEPS_PER_LOOK !== 0) return;
    const { range } = this.limits;
    while (this.isTooLarge()) {
      if (range.ties === null) throw new TooLargeError();
      // Keys that must be loaded together are, whatever they take.
      if (!range.narrow()) return;
      for (const database of this.server.keyspace.databases)
        if (database.size > 0) this.removeOthers(database);
      this.releaseRemoved();
    }
  }

  private isTooLarge(): boolean {
    const { keyspace } = this.server;
    const { memoryBytes, bytesPerKey } = this.limits;
    return keyspace.usedBytes + (bytesPerKey === 0 ? 0 : bytesPerKey * keyspace.size) > memoryBytes;
  }

  /** Removes the keys that are not in the range any more. */
  private removeOthers(database: Database): void {
    const view = new Bytes(new Uint8Array(0));
    let others: Bytes[] = [];
    let cursor = 0;
    do {
      cursor = database.scan(cursor, KEYS_PER_SCAN, (ref) => {
        const key = database.key(ref, view);
        if (!this.limits.range.includes(key)) others.push(key.copy());
      });
      for (const key of others) {
        const ref = database.find(key);
        if (ref !== 0) database.remove(ref);
      }
      others = [];
    } while (cursor !== 0);
  }

  get keys(): number {
    return this.server.keyspace.size;
  }

  /** True when fields of hashes have expire times, which Redis before 7.4 does not know. */
  get fieldTimes(): boolean {
    return this.server.keyspace.expiringHashes > 0;
  }

  /** Tells everything, database by database; function libraries with the first range only. */
  async tell(visitor: RdbVisitor, progress: KeyProgress = () => Promise.resolve()): Promise<void> {
    if (this.limits.range.isFirst) {
      for (const code of this.libraries.sources) visitor.functionLibrary(Bytes.from(code.toString('latin1')));
    }
    const snapshot = new Snapshot(this.server.keyspace, { visitor, beside: null }, false);
    try {
      for (let slice = 1; snapshot.step(() => performance.now()); slice++) {
        if (slice % SLICES_PER_LOOK === 0) await progress(snapshot.keys);
      }
    } finally {
      snapshot.close();
    }
  }
}

/** Puts the wanted keys of an RDB file into the keyspace. */
class RangeLoader extends KeyspaceLoader {
  constructor(
    keyspace: Keyspace,
    private readonly isWanted: (key: Bytes) => boolean,
  ) {
    super(keyspace, null, false);
  }

  protected override leavesOut(key: Bytes, meta: KeyMeta): boolean {
    return !this.isWanted(key) || super.leavesOut(key, meta);
  }
}

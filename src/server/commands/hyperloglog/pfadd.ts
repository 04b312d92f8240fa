import { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import {
  emptyHyperLogLog,
  invalidateCount,
  isSparse,
  place,
  placed,
  raiseDense,
  toDense,
} from '../../../storage/types/hyperloglog.js';
import { Raised, SparseRegisters } from '../../../storage/types/hyperloglog-sparse.js';
import { replaceString, stringBytes } from '../../../storage/types/string.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { CORRUPT, hyperLogLog } from './open.js';

export const pfadd: CommandSpec = {
  name: 'pfadd',
  group: 'hyperloglog',
  summary: 'Counts elements in a HyperLogLog.',
  since: '2.8.9',
  complexity: 'O(1) for every element.',
  syntax: 'key [element [element ...]]',
  arity: -2,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  handler: pfaddCommand,
};

const view = new Bytes(new Uint8Array(0));

/** Raises registers one by one: sparse ones in a copy, dense ones in place. */
export class RegisterWriter {
  changes = 0;
  private bytes: Bytes;
  private sparse: SparseRegisters | null;

  /** `bytes` is the value at `ref`, or a new one where `ref` is 0. */
  constructor(
    private readonly session: Session,
    private ref: number,
    private readonly name: Bytes,
    bytes: Bytes,
  ) {
    this.bytes = bytes;
    this.sparse = isSparse(bytes) ? new SparseRegisters(bytes) : null;
  }

  /** False when the value is corrupt. */
  raise(index: number, count: number): boolean {
    const { sparse } = this;
    if (sparse === null) {
      if (raiseDense(this.bytes, index, count)) this.changes++;
      return true;
    }
    const raised = sparse.raise(index, count, this.session.server.config['hll-sparse-max-bytes']);
    if (raised === Raised.CORRUPT) return false;
    if (raised === Raised.YES) this.changes++;
    if (raised !== Raised.MUST_BE_DENSE) return true;
    return this.becomeDense() && this.raise(index, count);
  }

  /** Gives the value dense registers; false when it is corrupt. */
  becomeDense(): boolean {
    const { sparse, session, name } = this;
    if (sparse === null) return true;
    const dense = toDense(new Bytes(sparse.buffer, 0, sparse.length));
    if (dense === null) return false;
    this.ref = replaceString(session.db, this.ref, name, dense, dense.length);
    this.bytes = stringBytes(session.db, this.ref, view);
    this.sparse = null;
    return true;
  }

  /** Writes what is not in place yet; the cached count becomes stale. */
  finish(): void {
    const { sparse, session, name } = this;
    if (sparse !== null) {
      this.ref = replaceString(session.db, this.ref, name, sparse.buffer, sparse.length);
      this.bytes = stringBytes(session.db, this.ref, view);
    }
    invalidateCount(this.bytes);
  }
}

function pfaddCommand(session: Session, request: Request): void {
  const { reply } = session;
  const name = request.arg(1);
  const ref = session.write(name);
  const bytes = hyperLogLog(session, ref, view);
  if (bytes === null) return;
  const created = ref === 0;
  const writer = new RegisterWriter(session, ref, name, created ? new Bytes(emptyHyperLogLog()) : bytes);
  for (let at = 2; at < request.count; at++) {
    place(request.arg(at));
    if (!writer.raise(placed.index, placed.count)) return reply.error(CORRUPT);
  }
  const changes = writer.changes + (created ? 1 : 0);
  if (changes === 0) return reply.integer(0);
  writer.finish();
  session.changed(name, NotifyClass.STRING, 'pfadd', changes);
  reply.integer(1);
}

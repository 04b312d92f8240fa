import { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import {
  cacheCount,
  cachedCount,
  emptyHyperLogLog,
  estimate,
  isSparse,
  mergeInto,
  REGISTERS,
} from '../../../storage/types/hyperloglog.js';
import { stringBytes } from '../../../storage/types/string.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, keys } from '../command.js';
import { CORRUPT, hyperLogLog } from './open.js';
import { RegisterWriter } from './pfadd.js';

export const pfcount: CommandSpec = {
  name: 'pfcount',
  group: 'hyperloglog',
  summary: 'Estimates how many different elements were counted, in all of the HyperLogLogs together.',
  since: '2.8.9',
  complexity: 'O(1) with one key, O(N) with several, N being the number of keys.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.MAY_REPLICATE,
  keys: [{ ...keys('RW ACCESS'), notes: 'The count is kept in the value.' }],
  handler: pfcountCommand,
};

export const pfmerge: CommandSpec = {
  name: 'pfmerge',
  group: 'hyperloglog',
  summary: 'Merges HyperLogLogs into one.',
  since: '2.8.9',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'destkey sourcekey [sourcekey ...]',
  arity: -2,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW ACCESS INSERT'), keys('RO ACCESS', 2)],
  handler: pfmergeCommand,
};

const view = new Bytes(new Uint8Array(0));

/** Raises `registers` to those of all keys from argument `from` on; false after the error reply. */
function gather(session: Session, request: Request, from: number, registers: Uint8Array): boolean {
  for (let at = from; at < request.count; at++) {
    const ref = session.read(request.arg(at));
    if (ref === 0) continue;
    const bytes = hyperLogLog(session, ref, view);
    if (bytes === null) return false;
    if (mergeInto(registers, bytes)) continue;
    session.reply.error(CORRUPT);
    return false;
  }
  return true;
}

function pfcountCommand(session: Session, request: Request): void {
  const { reply } = session;
  const registers = new Uint8Array(REGISTERS);
  if (request.count > 2) {
    if (gather(session, request, 1, registers)) reply.bigInteger(BigInt(estimate(registers)));
    return;
  }
  const name = request.arg(1);
  const ref = session.read(name);
  if (ref === 0) return reply.integer(0);
  const bytes = hyperLogLog(session, ref, view);
  if (bytes === null) return;
  const cached = cachedCount(bytes);
  if (cached !== null) return reply.bigInteger(cached);
  if (!mergeInto(registers, bytes)) return reply.error(CORRUPT);
  const count = estimate(registers);
  // A reader changes the string here; Redis propagates the command for that.
  cacheCount(stringBytes(session.db, session.write(name), view), count);
  session.server.keyTouched(session, name);
  reply.bigInteger(BigInt(count));
}

function pfmergeCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const registers = new Uint8Array(REGISTERS);
  if (!gather(session, request, 1, registers)) return;
  const name = request.arg(1);
  const ref = session.write(name);
  const bytes = ref === 0 ? new Bytes(emptyHyperLogLog()) : stringBytes(db, ref, view);
  const dense = anyDense(session, request);
  const writer = new RegisterWriter(session, ref, name, bytes);
  if (dense && !writer.becomeDense()) return reply.error(CORRUPT);
  for (let index = 0; index < REGISTERS; index++) {
    const count = registers[index]!;
    if (count !== 0 && !writer.raise(index, count)) return reply.error(CORRUPT);
  }
  writer.finish();
  session.changed(name, NotifyClass.STRING, 'pfadd');
  reply.ok();
}

const other = new Bytes(new Uint8Array(0));

/** True when one of the keys has dense registers: then the result gets them too. */
function anyDense(session: Session, request: Request): boolean {
  for (let at = 1; at < request.count; at++) {
    const ref = session.db.findLive(request.arg(at), session.now);
    if (ref !== 0 && !isSparse(stringBytes(session.db, ref, other))) return true;
  }
  return false;
}

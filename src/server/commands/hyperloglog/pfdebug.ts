import { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import {
  denseRegister,
  estimate,
  isSparse,
  place,
  placed,
  REGISTERS,
  toDense,
} from '../../../storage/types/hyperloglog.js';
import { SparseRegisters } from '../../../storage/types/hyperloglog-sparse.js';
import { replaceString, stringBytes } from '../../../storage/types/string.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { CORRUPT, hyperLogLog } from './open.js';

export const pfdebug: CommandSpec = {
  name: 'pfdebug',
  group: 'hyperloglog',
  summary: 'Looks into a HyperLogLog, for tests.',
  since: '2.8.9',
  complexity: 'N/A',
  syntax: 'subcommand key',
  arity: 3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.ADMIN,
  keys: [key('RW ACCESS', 2)],
  internal: true,
  handler: pfdebugCommand,
};

export const pfselftest: CommandSpec = {
  name: 'pfselftest',
  group: 'hyperloglog',
  summary: 'Tests HyperLogLogs.',
  since: '2.8.9',
  complexity: 'N/A',
  syntax: '',
  arity: 1,
  flags: Flag.ADMIN | Flag.TIMED,
  internal: true,
  handler: pfselftestCommand,
};

const view = new Bytes(new Uint8Array(0));

function pfdebugCommand(session: Session, request: Request): void {
  const { reply } = session;
  const name = request.arg(2);
  const ref = session.write(name);
  if (ref === 0) return reply.error('ERR The specified key does not exist');
  const bytes = hyperLogLog(session, ref, view);
  if (bytes === null) return;
  if (request.is(1, 'getreg')) return replyRegisters(session, ref, name);
  if (request.is(1, 'decode')) {
    if (!isSparse(bytes)) return reply.error('ERR HLL encoding is not sparse');
    return reply.text(new SparseRegisters(bytes).describe());
  }
  if (request.is(1, 'encoding')) return reply.simple(isSparse(bytes) ? 'sparse' : 'dense');
  if (request.is(1, 'todense')) {
    const wasSparse = isSparse(bytes);
    if (makeDense(session, ref, name) === null) return reply.error(CORRUPT);
    return reply.integer(wasSparse ? 1 : 0);
  }
  reply.error(`ERR Unknown PFDEBUG subcommand '${request.string(1)}'`);
}

/** The bytes with dense registers; null when they are corrupt. */
function makeDense(session: Session, ref: number, name: Bytes): Bytes | null {
  const { db } = session;
  const bytes = stringBytes(db, ref, view);
  if (!isSparse(bytes)) return bytes;
  const dense = toDense(bytes);
  if (dense === null) return null;
  const target = replaceString(db, ref, name, dense, dense.length);
  session.server.keyTouched(session, name);
  return stringBytes(db, target, view);
}

function replyRegisters(session: Session, ref: number, name: Bytes): void {
  const { reply } = session;
  const dense = makeDense(session, ref, name);
  if (dense === null) return reply.error(CORRUPT);
  reply.array(REGISTERS);
  for (let index = 0; index < REGISTERS; index++) reply.integer(denseRegister(dense, index));
}

/** Elements that are counted, and the error allowed: five times the standard error of 16,384 registers. */
const SELF_TEST_ELEMENTS = 200_000;
const ERROR_MAX = 5 * (1.04 / Math.sqrt(REGISTERS));

function pfselftestCommand(session: Session): void {
  const registers = new Uint8Array(REGISTERS);
  const element = new Bytes(new Uint8Array(8));
  const words = new Uint32Array(element.buffer.buffer);
  for (let counted = 1; counted <= SELF_TEST_ELEMENTS; counted++) {
    words[0] = counted;
    place(element);
    registers[placed.index] = Math.max(registers[placed.index]!, placed.count);
    if (counted % 10_000 !== 0) continue;
    const count = estimate(registers);
    if (Math.abs(count - counted) > counted * ERROR_MAX) {
      return session.reply.error(
        `TESTFAILED Too big error. card:${counted} abserr:${Math.abs(count - counted)}`,
      );
    }
  }
  session.reply.ok();
}

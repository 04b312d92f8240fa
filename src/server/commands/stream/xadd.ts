import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { trimReferenced } from '../../../storage/types/stream-references.js';
import type { PropagatedArgument } from '../../execution/propagation.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openForWrite, Opened, replyId, stream } from './open-stream.js';
import { RemovalEffects } from './reference-policy.js';
import { AddOrTrimOptions } from './trim-options.js';

export const xadd: CommandSpec = {
  name: 'xadd',
  group: 'stream',
  summary: 'Appends an entry to a stream, which is created if it is missing.',
  since: '5.0.0',
  complexity: 'O(1) to add an entry; O(N) to trim, N being the number of entries removed.',
  syntax:
    'key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]',
  arity: -5,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW UPDATE', 1, 'Trimming removes what was there.')],
  tips: ['nondeterministic_output'],
  history: [
    ['6.2.0', 'Takes `NOMKSTREAM`, `MINID` and `LIMIT`.'],
    ['7.0.0', 'Takes an id of the form `<ms>-*`.'],
    ['8.2.0', 'Takes `KEEPREF`, `DELREF` and `ACKED`.'],
  ],
  handler: xaddCommand,
};

export const xtrim: CommandSpec = {
  name: 'xtrim',
  group: 'stream',
  summary: 'Removes the oldest entries of a stream, down to a number of entries or up to an id.',
  since: '5.0.0',
  complexity: 'O(N), N being the number of entries removed; whole blocks of them go at once.',
  syntax: 'key <<MAXLEN | MINID> [= | ~] threshold [LIMIT count]> [KEEPREF | DELREF | ACKED]',
  arity: -4,
  flags: Flag.WRITE | Flag.TIMED,
  keys: [key('RW DELETE')],
  tips: ['nondeterministic_output'],
  history: [
    ['6.2.0', 'Takes `MINID` and `LIMIT`.'],
    ['8.2.0', 'Takes `KEEPREF`, `DELREF` and `ACKED`.'],
  ],
  handler: xtrimCommand,
};

const EXHAUSTED = 'ERR The stream has exhausted the last possible ID, unable to add more items';
const NOT_GREATER = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
const ZERO = 'ERR The ID specified in XADD must be greater than 0-0';
const TOO_LARGE = 'ERR Elements are too large to be stored';
/** As Redis bounds the bytes of an entry: 1 GB. */
const ENTRY_BYTES_MAX = 1 << 30;

const options = new AddOrTrimOptions();
const id = new StreamId();
const last = new StreamId();
const limits = { entriesMax: 0, bytesMax: 0 };

function xaddCommand(session: Session, request: Request): void {
  const { db, reply, server } = session;
  const idAt = options.parse(session, request, true);
  if (idAt === 0) return;
  const parts = request.count - idAt - 1;
  if (parts < 2 || parts % 2 === 1) return reply.error(errors.wrongArity('xadd'));
  if (options.idGiven && options.sequenceGiven && options.id.isZero) return reply.error(ZERO);
  const name = request.arg(1);
  const opened = openForWrite(session, name);
  if (opened === Opened.REFUSED) return;
  if (opened === Opened.MISSING) {
    if (options.noMakeStream) return reply.null();
    last.setMin();
  } else stream.readLastId(last);
  const error = nextId(session) ?? (isTooLarge(request, idAt + 1) ? TOO_LARGE : null);
  if (error !== null) return reply.error(error);
  if (opened === Opened.MISSING) stream.create(db, name);
  limits.entriesMax = server.config['stream-node-max-entries'];
  limits.bytesMax = server.config['stream-node-max-bytes'];
  stream.append(id, request, idAt + 1, parts / 2, limits);
  replyId(session, id);
  session.changed(name, NotifyClass.STREAM, 'xadd');
  const effects = options.policy === null ? null : new RemovalEffects(session, name);
  if (options.trimAt !== 0 && trim(effects) > 0) session.changed(name, NotifyClass.STREAM, 'xtrim', 0);
  if (effects === null) propagate(session, request, idAt);
  else propagateWithPolicy(session, request, idAt, effects);
}

/** Trims the open stream as the options say; how many entries went. */
function trim(effects: RemovalEffects | null): number {
  const { policy } = options;
  if (effects === null || policy === null || policy === 'keepref' || stream.groups === 0)
    return stream.trim(options);
  return trimReferenced(stream, options, policy, (removed) => {
    if (policy === 'acked') effects.noteDeleted(removed);
    else effects.dropReferences(removed);
  });
}

/** Makes `id` the id of the new entry; why there is none, or null. */
function nextId(session: Session): string | null {
  if (last.msHigh === 0xffff_ffff && last.msLow === last.msHigh && last.seqHigh === last.msHigh) {
    if (last.seqLow === last.msHigh) return EXHAUSTED;
  }
  if (!options.idGiven) {
    id.setMs(session.now);
    if (id.msHigh < last.msHigh || (id.msHigh === last.msHigh && id.msLow <= last.msLow)) {
      id.copy(last).increment();
    }
    return null;
  }
  id.copy(options.id);
  if (!options.sequenceGiven && id.sameMs(last) && !id.copy(last).nextSequence()) return NOT_GREATER;
  return id.compare(last) <= 0 ? NOT_GREATER : null;
}

function isTooLarge(request: Request, first: number): boolean {
  let bytes = 0;
  for (let i = first; i < request.count; i++) bytes += request.length(i);
  return bytes > ENTRY_BYTES_MAX;
}

/** The entry is written with the id it got, and what was trimmed without leeway. */
function propagate(session: Session, request: Request, idAt: number): void {
  const { propagation } = session.server;
  const exact = options.idGiven && options.sequenceGiven && !(options.trimAt !== 0 && options.approximate);
  if (!propagation.active || exact) return;
  const args = options.exactArguments(request);
  args[idAt] = id.toString();
  propagation.replace(session.db.number, ...args);
}

/** As `propagate`, in words of older servers: what only `acked` may remove is deleted entry by entry. */
function propagateWithPolicy(
  session: Session,
  request: Request,
  idAt: number,
  effects: RemovalEffects,
): void {
  const { propagation } = session.server;
  if (!propagation.active) return;
  const args: PropagatedArgument[] = ['XADD', request.arg(1)];
  if (!byEntries()) args.push(...options.exactTrim);
  args.push(id.toString());
  for (let i = idAt + 1; i < request.count; i++) args.push(request.arg(i).copy());
  propagation.replace(session.db.number, ...args);
  effects.propagate();
}

/** True where a trim cannot be said by its threshold, for it left entries behind. */
function byEntries(): boolean {
  return options.policy === 'acked' && stream.groups !== 0;
}

function xtrimCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  if (options.parse(session, request, false) === 0) return;
  const name = request.arg(1);
  const opened = openForWrite(session, name);
  if (opened !== Opened.YES) return opened === Opened.MISSING ? reply.integer(0) : undefined;
  const effects = options.policy === null ? null : new RemovalEffects(session, name);
  const removed = trim(effects);
  reply.integer(removed);
  if (removed === 0) return;
  session.changed(name, NotifyClass.STREAM, 'xtrim', removed);
  if (!server.propagation.active) return;
  const database = session.db.number;
  if (effects !== null) {
    if (byEntries()) server.propagation.suppress();
    else server.propagation.replace(database, 'XTRIM', name, ...options.exactTrim);
    effects.propagate();
  } else if (options.approximate) {
    server.propagation.replace(database, ...options.exactArguments(request));
  }
}

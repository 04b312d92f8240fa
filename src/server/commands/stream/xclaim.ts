import type { Bytes } from '../../../bytes/bytes.js';
import { parseInteger } from '../../../bytes/integer.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { idArgument, IdForm, parseId } from './id-arguments.js';
import {
  consumer,
  cursor,
  group,
  openConsumer,
  Opened,
  openCounted,
  openGroup,
  propagateClaim,
  propagateGroupId,
  replyEntry,
  replyId,
  stream,
} from './open-stream.js';

export const xclaim: CommandSpec = {
  name: 'xclaim',
  group: 'stream',
  summary: 'Makes entries that are pending for another consumer pending for this one.',
  since: '5.0.0',
  complexity: 'O(log N) for each entry, N being the number of pending ones.',
  syntax:
    'key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]',
  arity: -6,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW UPDATE')],
  tips: ['nondeterministic_output'],
  handler: xclaimCommand,
};

interface Options {
  /** The argument behind the last id. */
  idsEnd: number;
  minIdleMs: number;
  deliveredAtMs: number;
  /** -1: one more than before. */
  deliveries: number;
  force: boolean;
  justId: boolean;
}

const id = new StreamId();
const lastId = new StreamId();

export function noGroup(request: Request): string {
  return `NOGROUP No such key '${request.string(1)}' or consumer group '${request.string(2)}'`;
}

function xclaimCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const name = request.arg(1);
  const opened = openCounted(session, name);
  if (opened === Opened.REFUSED) return;
  if (opened === Opened.MISSING || !openGroup(request.arg(2))) return reply.error(noGroup(request));
  const options = parse(session, request);
  if (options === null) return;
  server.propagation.suppress();
  let advanced = lastId.compare(group.readLastId(id)) > 0;
  if (advanced) group.setLastId(lastId);
  const mark = reply.beginDeferred();
  let claimed = 0;
  for (let i = 5; i < options.idsEnd; i++) {
    parseId(request.arg(i), 0, id);
    if (!stream.has(id)) dropDeleted(session, name, request.arg(2));
    else if (claim(session, request, options)) {
      advanced = false;
      claimed++;
    }
  }
  if (advanced) {
    propagateGroupId(session, name, request.arg(2));
    server.dirty++;
  }
  reply.endDeferred(mark, 'array', claimed);
}

/** Forgets a pending entry, `id`, that the stream no longer has. */
function dropDeleted(session: Session, name: Bytes, groupName: Bytes): void {
  if (!group.pending.find(id)) return;
  propagateClaim(session, name, groupName, id);
  group.acknowledge(id);
  session.server.dirty++;
}

/** Claims entry `id`, which is in the stream, and replies with it; false when it is not to be had. */
function claim(session: Session, request: Request, options: Options): boolean {
  const { pending } = group;
  const found = pending.find(id);
  if (!found && !options.force) return false;
  if (found && session.now - pending.deliveredAtMs < options.minIdleMs) return false;
  // An entry that FORCE makes pending counts as delivered once, before this.
  const before = found ? pending.deliveries : 1;
  openConsumer(session, request.arg(1), request.arg(3));
  const counted = options.justId ? before : before + 1;
  group.deliver(
    id,
    consumer.ref,
    options.deliveredAtMs,
    options.deliveries >= 0 ? options.deliveries : counted,
  );
  replyClaimed(session, id, options.justId);
  propagateClaim(session, request.arg(1), request.arg(2), id);
  session.server.dirty++;
  return true;
}

export function replyClaimed(session: Session, claimed: StreamId, justId: boolean): void {
  if (justId) return replyId(session, claimed);
  stream.range(cursor, claimed, claimed).next();
  replyEntry(session, cursor);
}

function parse(session: Session, request: Request): Options | null {
  const { now } = session;
  const minIdleMs = integerArgument(session, request, 4, 'ERR Invalid min-idle-time argument for XCLAIM');
  if (minIdleMs === null) return null;
  let at = 5;
  while (at < request.count && parseId(request.arg(at), 0, id) !== IdForm.INVALID) at++;
  const options: Options = {
    idsEnd: at,
    minIdleMs: Math.max(0, minIdleMs),
    deliveredAtMs: -1,
    deliveries: -1,
    force: false,
    justId: false,
  };
  lastId.setMin();
  for (; at < request.count; at++) {
    if (request.is(at, 'force')) options.force = true;
    else if (request.is(at, 'justid')) options.justId = true;
    else if (at + 1 === request.count) return unrecognized(session, request, at);
    else if (request.is(at, 'lastid')) {
      if (!idArgument(session, request, ++at, lastId)) return null;
    } else if (!parseNumber(session, request, at++, options)) return null;
  }
  // A time that cannot be is taken for now: the claimant's clock may be ahead.
  const { deliveredAtMs } = options;
  if (deliveredAtMs < 0 || deliveredAtMs > now) options.deliveredAtMs = now;
  return options;
}

function parseNumber(session: Session, request: Request, at: number, options: Options): boolean {
  const value = parseInteger(request.arg(at + 1));
  if (request.is(at, 'idle')) options.deliveredAtMs = session.now - value;
  else if (request.is(at, 'time')) options.deliveredAtMs = value;
  else if (request.is(at, 'retrycount')) options.deliveries = value;
  else {
    unrecognized(session, request, at);
    return false;
  }
  if (!Number.isNaN(value)) return true;
  session.reply.error(`ERR Invalid ${request.string(at).toUpperCase()} option argument for XCLAIM`);
  return false;
}

function unrecognized(session: Session, request: Request, at: number): null {
  session.reply.error(`ERR Unrecognized XCLAIM option '${request.string(at)}'`);
  return null;
}

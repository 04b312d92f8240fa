import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { integerArgument, rangedArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { intervalArgument } from './id-arguments.js';
import {
  consumer,
  group,
  openConsumer,
  Opened,
  openCounted,
  openGroup,
  propagateClaim,
  replyId,
  stream,
} from './open-stream.js';
import { noGroup, replyClaimed } from './xclaim.js';

export const xautoclaim: CommandSpec = {
  name: 'xautoclaim',
  group: 'stream',
  summary: 'Claims entries that have been pending for a while, as XCLAIM, from an id on.',
  since: '6.2.0',
  complexity: 'O(1) if COUNT is small.',
  syntax: 'key group consumer min-idle-time start [COUNT count] [JUSTID]',
  arity: -6,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW DELETE')],
  tips: ['nondeterministic_output'],
  history: [['7.0.0', 'Tells which entries were deleted and are no longer pending.']],
  handler: xautoclaimCommand,
};

const COUNT_DEFAULT = 100;
/** As Redis: 2^63 / 16. */
const COUNT_MAX = 2 ** 59;
/** Entries looked at for each one that may be claimed. */
const ATTEMPTS_FACTOR = 10;

const id = new StreamId();

interface Options {
  readonly minIdleMs: number;
  readonly count: number;
  readonly justId: boolean;
}

function parse(session: Session, request: Request): Options | null {
  const minIdleMs = integerArgument(session, request, 4, 'ERR Invalid min-idle-time argument for XAUTOCLAIM');
  if (minIdleMs === null || !intervalArgument(session, request, 5, id, 'start')) return null;
  let count = COUNT_DEFAULT;
  let justId = false;
  for (let at = 6; at < request.count; at++) {
    if (request.is(at, 'count') && at + 1 < request.count) {
      const given = rangedArgument(session, request, ++at, 1, COUNT_MAX, 'ERR COUNT must be > 0');
      if (given === null) return null;
      count = given;
    } else if (request.is(at, 'justid')) justId = true;
    else {
      session.reply.error(errors.SYNTAX);
      return null;
    }
  }
  return { minIdleMs: Math.max(0, minIdleMs), count, justId };
}

function xautoclaimCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const options = parse(session, request);
  if (options === null) {
    // Redis looks the key up before it reads the arguments: that counts, and a miss has its event.
    session.read(request.arg(1));
    return;
  }
  const opened = openCounted(session, request.arg(1));
  if (opened === Opened.REFUSED) return;
  if (opened === Opened.MISSING || !openGroup(request.arg(2))) return reply.error(noGroup(request));
  server.propagation.suppress();
  reply.array(3);
  const claimed: StreamId[] = [];
  const deleted: StreamId[] = [];
  const next = claimAll(session, request, options, claimed, deleted);
  replyId(session, next);
  reply.array(claimed.length);
  for (const one of claimed) replyClaimed(session, one, options.justId);
  reply.array(deleted.length);
  for (const one of deleted) replyId(session, one);
}

/** Claims from `id` on; where to go on, 0-0 at the end. */
function claimAll(
  session: Session,
  request: Request,
  { minIdleMs, count, justId }: Options,
  claimed: StreamId[],
  deleted: StreamId[],
): StreamId {
  const { server } = session;
  const { pending } = group;
  let attempts = count * ATTEMPTS_FACTOR;
  let more = pending.seek(id);
  while (more && attempts-- > 0 && claimed.length + deleted.length < count) {
    pending.readId(id);
    if (!stream.has(id)) {
      propagateClaim(session, request.arg(1), request.arg(2), id);
      group.acknowledge(id);
      deleted.push(new StreamId().copy(id));
      server.dirty++;
      more = pending.seek(id);
      continue;
    }
    if (session.now - pending.deliveredAtMs >= minIdleMs) {
      openConsumer(session, request.arg(1), request.arg(3));
      group.reassign(consumer.ref);
      pending.deliveredAtMs = session.now;
      if (!justId) pending.deliveries++;
      claimed.push(new StreamId().copy(id));
      propagateClaim(session, request.arg(1), request.arg(2), id);
      server.dirty++;
    }
    more = pending.next();
  }
  return more ? pending.readId(id) : id.setMin();
}

import type { Bytes } from '../../../bytes/bytes.js';
import { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import type { BlockingCommand } from '../../clients/blocking.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';
import { idArgument } from './id-arguments.js';
import { cursor, openForRead, Opened, replyRange, stream } from './open-stream.js';
import { readOptions, type ReadOptions } from './read-options.js';

export const xread: CommandSpec = {
  name: 'xread',
  group: 'stream',
  summary: 'Returns the entries of several streams behind given ids; can wait for them.',
  since: '5.0.0',
  complexity: 'O(N) for each stream, N being the number of entries returned; so O(1) with a constant COUNT.',
  syntax: '[COUNT count] [BLOCK milliseconds] STREAMS <key [key ...] id [id ...]>',
  arity: -4,
  flags: Flag.READONLY | Flag.BLOCKING | Flag.MOVABLEKEYS | Flag.TIMED,
  keys: [
    { flags: 'RO ACCESS', find: { kind: 'keyword', word: 'STREAMS', from: 1, last: -1, step: 1, limit: 2 } },
  ],
  handler: xreadCommand,
};

const GROUP_ID =
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.';
/** Entries that one wake-up gives at most when no COUNT was asked for. */
export const WOKEN_COUNT_DEFAULT = 1000;

const MAX_ID = new StreamId().setMax();
const start = new StreamId();
const after = new StreamId();

const XREAD: BlockingCommand = {
  type: Type.STREAM,
  serve(session, request, name) {
    const options = readOptions(session, request, false);
    if (options === null) return true;
    const at = keyAt(request, options, name) + options.keyCount;
    if (!idArgument(session, request, at, after)) return true;
    if (openForRead(session, name) !== Opened.YES || !hasEntriesAfter(after)) return false;
    const streams = new StreamReplies(session);
    streams.begin(name);
    start.copy(after).increment();
    replyRange(session, start, MAX_ID, options.count || WOKEN_COUNT_DEFAULT);
    streams.end();
    return true;
  },
  timedOut: (session) => session.reply.nullArray(),
};

/** A reply of streams by name: a map in RESP3, pairs in RESP2. Nothing is written before the first. */
export class StreamReplies {
  count = 0;
  private mark = 0;

  constructor(private readonly session: Session) {}

  begin(name: Bytes): void {
    const { reply, resp } = this.session;
    if (this.count++ === 0) this.mark = reply.beginDeferred();
    if (resp === 2) reply.array(2);
    reply.bulk(name);
  }

  end(): void {
    if (this.count > 0)
      this.session.reply.endDeferred(this.mark, this.session.resp === 2 ? 'array' : 'map', this.count);
  }
}

/** The first argument that is the key. */
export function keyAt(request: Request, { firstKey, keyCount }: ReadOptions, name: Bytes): number {
  const wanted = name.toString();
  let at = firstKey;
  while (at < firstKey + keyCount - 1 && request.string(at) !== wanted) at++;
  return at;
}

/** True when the open stream has an entry behind `id`, which stays as it is. */
export function hasEntriesAfter(id: StreamId): boolean {
  start.copy(id);
  return start.increment() && stream.range(cursor, start, MAX_ID).next();
}

function xreadCommand(session: Session, request: Request): void {
  const options = readOptions(session, request, false);
  if (options === null) return;
  const ids = resolveIds(session, request, options);
  if (ids === null) return;
  const { firstKey, keyCount, timeoutMs } = options;
  const streams = new StreamReplies(session);
  ids.forEach((id, i) => {
    const name = request.arg(firstKey + i);
    if (openForRead(session, name) !== Opened.YES || !hasEntriesAfter(id)) return;
    streams.begin(name);
    start.copy(id).increment();
    replyRange(session, start, MAX_ID, options.count);
  });
  if (streams.count > 0) return streams.end();
  if (timeoutMs < 0) return session.reply.nullArray();
  const resolved = withIds(request, options, ids);
  session.server.blocking.wait(session, resolved, XREAD, firstKey, keyCount, timeoutMs);
}

/** The ids after which to read, `$` being the last one of its stream; null after a reply with an error. */
function resolveIds(session: Session, request: Request, options: ReadOptions): StreamId[] | null {
  const ids: StreamId[] = [];
  for (let i = 0; i < options.keyCount; i++) {
    const opened = openForRead(session, request.arg(options.firstKey + i));
    if (opened === Opened.REFUSED) return null;
    const at = options.firstKey + options.keyCount + i;
    const id = new StreamId();
    if (request.is(at, '$')) {
      if (opened === Opened.YES) stream.readLastId(id);
    } else if (request.is(at, '>')) {
      session.reply.error(GROUP_ID);
      return null;
    } else if (!idArgument(session, request, at, id)) return null;
    ids.push(id);
  }
  return ids;
}

/** The request with its ids spelled out: while it waits, `$` must stay what it was. */
function withIds(request: Request, { firstKey, keyCount }: ReadOptions, ids: readonly StreamId[]): Request {
  const args = request.strings();
  ids.forEach((id, i) => {
    args[firstKey + keyCount + i] = id.toString();
  });
  return Request.of(...args);
}

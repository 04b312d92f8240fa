import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorReply, type Reply } from '../protocol/reply.js';
import { ReplyError } from './reply-reading.js';
import { replyBytes, replyElements } from './reply-reading.js';
import type { Session } from './session.js';

export interface ScanSettings {
  readonly pattern?: Buffer | undefined;
  readonly count?: number | undefined;
  /** Wait so long after every SCAN, or after every hundredth with `pauseEvery`. */
  readonly pauseMs?: number;
  readonly pauseEvery?: number;
  readonly signal?: AbortSignal;
}

/** All keys, one SCAN's worth at a time. Rejects with `ReplyError` when the server refuses. */
export async function* scanKeys(session: Session, settings: ScanSettings = {}): AsyncGenerator<Buffer[]> {
  const { pattern, count, pauseMs = 0, pauseEvery = 1, signal } = settings;
  let cursor = '0';
  let calls = 0;
  do {
    const argv: (string | Buffer)[] = ['SCAN', cursor];
    if (pattern !== undefined) argv.push('MATCH', pattern);
    if (count !== undefined) argv.push('COUNT', String(count));
    const [next, keys] = replyElements(await accepted(session, argv));
    if (next === undefined || keys === undefined) throw new ReplyError('Non SCAN reply');
    cursor = replyBytes(next).toString();
    yield replyElements(keys).map(replyBytes);
    calls++;
    if (pauseMs > 0 && calls % pauseEvery === 0) await sleep(pauseMs);
  } while (cursor !== '0' && signal?.aborted !== true);
}

/** The reply to a request, unless it is an error: then rejects with `ReplyError`. */
export async function accepted(session: Session, argv: readonly (string | Uint8Array)[]): Promise<Reply> {
  const reply = await session.call(argv);
  if (isErrorReply(reply)) throw new ReplyError(reply.bytes.toString());
  return reply;
}

/**
 * A reply as it came: every type of RESP2 and RESP3 keeps its own name, so that a printer can tell a simple string
 * from a bulk string and a set from an array. Bytes are views of the received data; copy them to keep them for long.
 */
export type Reply = (
  | { readonly type: 'simple' | 'bulk'; readonly bytes: Buffer }
  | { readonly type: 'error' | 'bulk-error'; readonly bytes: Buffer }
  | { readonly type: 'verbatim'; readonly format: string; readonly bytes: Buffer }
  | { readonly type: 'integer'; readonly value: number | bigint }
  | { readonly type: 'double'; readonly value: number; readonly text: string }
  | { readonly type: 'big-number'; readonly value: bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'array' | 'set' | 'push'; readonly elements: readonly Reply[] }
  | { readonly type: 'map'; readonly entries: readonly ReplyEntry[] }
) & {
  /** What the server said about the reply in an attribute before it. */
  readonly attributes?: readonly ReplyEntry[];
};

/** One pair of a map: any type may be a key. */
export type ReplyEntry = readonly [key: Reply, value: Reply];

/** What a server sent is no RESP, or passes a limit; the connection cannot go on. */
export class ReplyProtocolError extends Error {
  override name = 'ReplyProtocolError';
}

export type ErrorReply = Extract<Reply, { readonly type: 'error' | 'bulk-error' }>;

export function isErrorReply(reply: Reply): reply is ErrorReply {
  return reply.type === 'error' || reply.type === 'bulk-error';
}

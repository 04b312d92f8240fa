import type { Reply } from '../protocol/reply.js';

/** The server answered with an error; the message is its text. */
export class ReplyError extends Error {
  override name = 'ReplyError';
}

/** Elements of any aggregate: of a map, keys and values in turn, as RESP2 sends it. Empty for anything else. */
export function replyElements(reply: Reply): readonly Reply[] {
  if (reply.type === 'map') return reply.entries.flat();
  return 'elements' in reply ? reply.elements : [];
}

/** The bytes of any string, or of the text of a number. */
export function replyBytes(reply: Reply): Buffer {
  if ('bytes' in reply) return reply.bytes;
  if (reply.type === 'double') return Buffer.from(reply.text);
  return Buffer.from('value' in reply ? String(reply.value) : '');
}

export function replyText(reply: Reply | undefined): string {
  return reply === undefined ? '' : replyBytes(reply).toString();
}

/** A number, or NaN. */
export function replyNumber(reply: Reply | undefined): number {
  return reply === undefined || reply.type === 'null' ? NaN : Number(replyText(reply));
}

/** A map, or an array of keys and values in turn, by the text of its keys. */
export function replyFields(reply: Reply): Map<string, Reply> {
  const elements = replyElements(reply);
  const fields = new Map<string, Reply>();
  for (let at = 0; at + 1 < elements.length; at += 2) {
    const value = elements[at + 1];
    if (value !== undefined) fields.set(replyText(elements[at]), value);
  }
  return fields;
}

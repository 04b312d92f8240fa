/** A reply as a model states it: text is a bulk string, null a null, `Line` a line as it is (`+OK`, an error). */
export type Reply = number | bigint | string | null | Line | readonly Reply[];

export class Line {
  constructor(readonly text: string) {}
}

export const OK = new Line('+OK');
export const NULL_ARRAY = new Line('*-1');
export const WRONGTYPE = new Line('-WRONGTYPE Operation against a key holding the wrong kind of value');
export const NOT_INTEGER = new Line('-ERR value is not an integer or out of range');

/** As RESP2 writes it. */
export function encoded(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (reply instanceof Line) return `${reply.text}\r\n`;
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encoded).join('')}`;
}

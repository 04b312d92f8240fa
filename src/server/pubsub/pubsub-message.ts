/** A message or push as bytes that may be sent to many sessions: strings of one character per byte, and integers. */
export function encodeMessage(parts: readonly (string | number)[], resp: 2 | 3): Buffer {
  let text = `${resp === 3 ? '>' : '*'}${parts.length}\r\n`;
  for (const part of parts)
    text += typeof part === 'number' ? `:${part}\r\n` : `$${part.length}\r\n${part}\r\n`;
  return Buffer.from(text, 'latin1');
}

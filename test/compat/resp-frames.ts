/**
 * Cuts a stream of replies into frames: one whole reply each, as the bytes that came. It reads no more than lengths, so
 * that replies are compared byte for byte and by nothing that the product itself contains.
 */
export class FrameReader {
  private data = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.data = Buffer.concat([this.data, chunk]);
  }

  /** The next whole frame (one character per byte), or null while it has not arrived. */
  take(): string | null {
    const end = frameEnd(this.data, 0);
    if (end < 0) return null;
    const frame = this.data.toString('latin1', 0, end);
    this.data = this.data.subarray(end);
    return frame;
  }
}

/** Where the frame at `start` ends, or -1. */
function frameEnd(data: Buffer, start: number): number {
  const newline = data.indexOf('\r\n', start);
  if (newline < 0) return -1;
  const type = String.fromCharCode(data[start]!);
  const length = Number(data.toString('latin1', start + 1, newline));
  const body = newline + 2;
  switch (type) {
    case '$':
    case '=':
    case '!':
      if (length < 0) return body;
      return body + length + 2 <= data.length ? body + length + 2 : -1;
    case '*':
    case '~':
    case '>':
      return framesEnd(data, body, length);
    case '%':
      return framesEnd(data, body, 2 * length);
    case '|': {
      const attributes = framesEnd(data, body, 2 * length);
      return attributes < 0 ? -1 : frameEnd(data, attributes);
    }
    default:
      return body;
  }
}

function framesEnd(data: Buffer, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count && at >= 0; i++) at = frameEnd(data, at);
  return at;
}

/** The frame with the elements of its outermost aggregate in byte order: for replies that have no order. */
export function sortedFrame(frame: string, pairs: boolean): string {
  const data = Buffer.from(frame, 'latin1');
  const body = data.indexOf('\r\n') + 2;
  const elements: string[] = [];
  for (let at = body; at < data.length;) {
    let end = frameEnd(data, at);
    if (pairs && end >= 0 && end < data.length) end = frameEnd(data, end);
    if (end < 0) return frame;
    elements.push(data.toString('latin1', at, end));
    at = end;
  }
  return frame.slice(0, body) + elements.sort().join('');
}

import { connect, type Socket } from 'node:net';

/** Requests sent at once; long enough that waiting for their replies costs little. */
const REQUESTS_PER_BATCH = 256;
const END = 'end of the batch';
const END_REPLY = `$${END.length}\r\n${END}\r\n`;

/** One request as RESP sends it. Words are ASCII. */
export function request(...words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`;
  return text;
}

/** A connection that sends many requests and looks at the end of their replies only. */
export class Feed {
  private tail = '';
  private arrived: (() => void) | null = null;
  private failed: ((error: Error) => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.tail = (this.tail + chunk).slice(-END_REPLY.length);
      if (/^-|\n-/.test(chunk)) this.failed?.(new Error(`a request failed: ${chunk.slice(0, 200)}`));
      if (this.tail === END_REPLY) this.arrived?.();
    });
    const end = (): void => this.failed?.(new Error('the server closed the connection'));
    socket.on('error', end);
    socket.on('close', end);
  }

  static async open(port: number): Promise<Feed> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await new Promise<void>((settle, reject) => {
      socket.once('connect', settle);
      socket.once('error', reject);
    });
    return new Feed(socket);
  }

  /** Sends `count` requests and resolves when the last one is answered. */
  async send(count: number, requestAt: (index: number) => string): Promise<void> {
    for (let from = 0; from < count; from += REQUESTS_PER_BATCH) {
      const parts: string[] = [];
      for (let i = from; i < Math.min(count, from + REQUESTS_PER_BATCH); i++) parts.push(requestAt(i));
      parts.push(request('ECHO', END));
      await new Promise<void>((settle, reject) => {
        this.tail = '';
        this.arrived = settle;
        this.failed = reject;
        this.socket.write(parts.join(''), 'latin1');
      });
    }
  }

  close(): void {
    this.failed = null;
    this.socket.destroy();
  }
}

import { connect, type Socket } from 'node:net';
import { isErrorReply, type Reply } from '../../protocol/reply.js';
import { ReplyDecoder } from '../../protocol/reply-decoder.js';

/** What we send is answered with OK or an error; anything much longer is no Redis. */
const REPLY_LIMITS = { depthMax: 4, elementsMax: 1024, bulkBytesMax: 64 * 1024, lineBytesMax: 64 * 1024 };

/** The connection is of no more use. */
export class TargetError extends Error {
  override name = 'TargetError';

  constructor(
    readonly during: 'connecting' | 'writing' | 'reading',
    readonly timedOut: boolean,
  ) {
    super(`error or timeout ${during}`);
  }
}

/** A connection to the server that keys are moved to. Whatever ends it fails the reply that is awaited. */
export class Target {
  /** The database that is selected there; null while that is not known. */
  database: string | null = null;
  lastUsedMs = 0;
  private readonly decoder = new ReplyDecoder((reply) => {
    this.arrived(reply);
  }, REPLY_LIMITS);
  private readonly replies: Reply[] = [];
  /** Requests sent whose replies have not come. */
  private unanswered = 0;
  private unwritten = 0;
  private received = 0;
  private failure: TargetError | null = null;
  private wake: (() => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.received += bytes.length;
      this.take(bytes);
    });
    socket.on('close', () => {
      this.fail(false);
    });
    socket.on('error', () => {
      this.fail(false);
    });
    socket.on('timeout', () => {
      // After a long command of ours the bytes may be there, and only not read yet.
      const { received } = this;
      setImmediate(() => {
        if (this.received === received) this.fail(true);
      });
    });
  }

  /** Rejects with a `TargetError`. `timeoutMs` is how long nothing may happen, here and later. */
  static async connect(host: string, port: number, timeoutMs: number): Promise<Target> {
    return new Promise((resolve, reject) => {
      const failed = (timedOut: boolean, during: TargetError['during'] = 'connecting'): void => {
        reject(new TargetError(during, timedOut));
      };
      let socket: Socket;
      try {
        socket = connect({ host, port, noDelay: true, timeout: timeoutMs });
      } catch {
        // No such port number, or a name that no resolver takes.
        failed(false);
        return;
      }
      socket.on('error', ({ syscall }: NodeJS.ErrnoException) => {
        // Redis hears that nobody listens when it writes.
        failed(false, syscall === 'connect' ? 'writing' : 'connecting');
      });
      socket.once('timeout', () => {
        failed(true);
        if (socket.connecting) socket.destroy();
      });
      socket.once('connect', () => {
        resolve(new Target(socket));
      });
    });
  }

  get usable(): boolean {
    return this.failure === null;
  }

  setTimeout(timeoutMs: number): void {
    this.socket.setTimeout(timeoutMs);
  }

  /** Sends `requests` requests, whose replies are to be read with `reply`. */
  send(bytes: Buffer, requests: number): void {
    if (this.failure !== null) return;
    this.unanswered += requests;
    this.unwritten++;
    this.socket.write(bytes, () => {
      this.unwritten--;
    });
  }

  /** The next reply: its error text, or null when it is none. Rejects with a `TargetError`. */
  async reply(): Promise<string | null> {
    while (this.replies.length === 0) {
      if (this.failure !== null) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const reply = this.replies.shift()!;
    return isErrorReply(reply) ? reply.bytes.toString('latin1') : null;
  }

  private take(bytes: Buffer): void {
    try {
      this.decoder.push(bytes);
    } catch {
      this.fail(false);
    }
    this.wakeUp();
  }

  private arrived(reply: Reply): void {
    if (this.unanswered === 0) return this.fail(false);
    this.unanswered--;
    this.replies.push(reply);
  }

  private fail(timedOut: boolean): void {
    this.failure ??= new TargetError(this.unwritten > 0 ? 'writing' : 'reading', timedOut);
    this.socket.destroy();
    this.wakeUp();
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }

  close(): void {
    this.fail(false);
  }
}

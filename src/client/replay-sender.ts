import { isErrorReply, type Reply } from '../protocol/reply.js';
import { Connection, type ConnectionError } from './connection.js';
import { ReplyError, replyElements } from './reply-reading.js';
import type { ServerAddress } from './server-address.js';

export interface ReplayServer {
  address: ServerAddress;
  user: string | undefined;
  password: string | undefined;
}

/** What is sent at once and answered as one: a command, or a transaction as a whole. `Place` says where it ends. */
export interface ReplayUnit<Place> {
  replies: number;
  /** Where reading goes on once this was answered. */
  behind: Place;
  /** For messages: where it stands, and what it is. */
  label: string;
}

/** Error replies with which a server refuses every write, not only this one: it is full, a replica, still loading. */
const REFUSALS = /^(OOM|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|NOAUTH) /;
/** A server that answers nothing for so long is none, or does not get to it. */
const ANSWER_MS_MAX = 10_000;

/** Sent and not answered yet: so many commands and bytes keep a connection busy, and memory bounded. */
const UNANSWERED_MAX = 4096;
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Sends records to a server without waiting for each reply, and knows up to where they were answered. */
export class ReplaySender<Place> {
  errors = 0;
  /** Up to here everything was answered. */
  answered: Place;
  failure: ConnectionError | null = null;
  /** What the server replied when it refused to go on; what was sent behind that is never counted as answered. */
  refusal: { label: string; message: string } | null = null;
  onError: (label: string, message: string) => void = () => undefined;

  private readonly units: ReplayUnit<Place>[] = [];
  private head = 0;
  private ranBehindRefusal = 0;
  private chunks: Buffer[] = [];
  private bytes = 0;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly connection: Connection,
    start: Place,
  ) {
    this.answered = start;
    connection.onUnrequested = (reply) => this.onReply(reply);
    connection.onClose = (error) => {
      this.failure = error;
      this.wake();
    };
  }

  /** Rejects with a `ConnectionError` or a `ReplyError`. */
  static async open<Place>(server: ReplayServer, start: Place): Promise<ReplaySender<Place>> {
    const sender = new ReplaySender(await Connection.open(server.address), start);
    const { user, password } = server;
    if (password === undefined) return sender;
    try {
      await sender.call(user === undefined ? ['AUTH', password] : ['AUTH', user, password]);
      return sender;
    } catch (error) {
      // An open connection would keep the process alive.
      sender.close();
      throw error;
    }
  }

  /** Sent behind what `answered` says, and run by the server, or perhaps run. */
  get unanswered(): number {
    return this.pending + this.ranBehindRefusal;
  }

  private get pending(): number {
    return this.units.length - this.head;
  }

  /** Asks something while nothing else waits for a reply. Rejects with a `ReplyError` or a `ConnectionError`. */
  async call(argv: readonly string[]): Promise<Reply> {
    await this.drain();
    const silence = setTimeout(() => {
      const seconds = ANSWER_MS_MAX / 1000;
      this.connection.socket.destroy(
        new Error(`no answer within ${seconds} seconds; is it a Redis server, and is it not paused?`),
      );
    }, ANSWER_MS_MAX);
    const reply = await this.connection.call(argv).finally(() => {
      clearTimeout(silence);
    });
    if (isErrorReply(reply)) throw new ReplyError(reply.bytes.toString());
    return reply;
  }

  /** `bytes` are kept until they are written. */
  send(bytes: Buffer, unit: ReplayUnit<Place>): void {
    this.chunks.push(bytes);
    this.bytes += bytes.length;
    this.units.push(unit);
    if (this.bytes >= CHUNK_BYTES) this.flush();
  }

  /** Nothing between what was sent last and `behind` is wanted. */
  skipTo(behind: Place): void {
    const last = this.units.at(-1);
    if (last === undefined) {
      if (this.refusal === null) this.answered = behind;
    } else last.behind = behind;
  }

  /** True when so much is on its way that more has to wait. */
  get full(): boolean {
    return this.pending >= UNANSWERED_MAX || this.connection.socket.writableLength >= BUFFERED_BYTES_MAX;
  }

  /** Waits until there is room again, or the connection is lost. */
  async ready(): Promise<void> {
    this.flush();
    while (this.full && this.failure === null) await this.progress();
  }

  /** Waits until everything was answered; throws when the connection is lost. */
  async drain(): Promise<void> {
    this.flush();
    while (this.pending > 0 && this.failure === null) await this.progress();
    if (this.failure !== null) throw this.failure;
  }

  flush(): void {
    if (this.bytes > 0 && this.failure === null) this.connection.socket.write(Buffer.concat(this.chunks));
    this.chunks = [];
    this.bytes = 0;
  }

  close(): void {
    this.connection.close();
  }

  private progress(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private onReply(reply: Reply): void {
    const unit = this.units[this.head];
    if (unit === undefined || reply.type === 'push') return;
    const failed = this.count(unit, reply);
    if (--unit.replies > 0) return;
    if (this.refusal === null) this.answered = unit.behind;
    else if (!failed) this.ranBehindRefusal++;
    if (++this.head >= UNANSWERED_MAX || this.head === this.units.length) {
      this.units.splice(0, this.head);
      this.head = 0;
    }
    this.wake();
  }

  /** Counts and tells errors; true when there are any. The reply of EXEC holds those of its commands. */
  private count(unit: ReplayUnit<Place>, reply: Reply): boolean {
    const failed = [reply, ...(reply.type === 'array' ? replyElements(reply) : [])].filter(isErrorReply);
    this.errors += failed.length;
    for (const { bytes } of failed) {
      if (this.refusal !== null) break;
      const message = bytes.toString();
      this.onError(unit.label, message);
      if (REFUSALS.test(message)) this.refusal = { label: unit.label, message };
    }
    return failed.length > 0;
  }
}

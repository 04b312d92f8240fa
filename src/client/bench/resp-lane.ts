import net from 'node:net';
import { Batch, type Lane, type LaneOwner } from './lane.js';
import type { ServerAddress } from './load-plan.js';
import { addressText } from './load-plan.js';
import { ReplyCounter, ReplyKind } from './reply-counter.js';
import type { RequestWriter } from './request-template.js';

const READ_BYTES = 64 * 1024;
const CONNECT_MS_MAX = 10_000;

/**
 * All connections of a thread read into one buffer: its bytes are counted before the read returns. (With a buffer
 * of its own for every read event, as streams have it, a request costs about 1.5 us more.)
 */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** RESP over a socket, counted as bytes. */
export class RespLane implements Lane {
  readonly batch: Batch;
  private socket: net.Socket | undefined;
  private counter = new ReplyCounter();
  private sent = 0;
  private slot = 0;
  private repliesLeft = 0;
  private failed = '';
  private setupLeft = 0;
  private settle: ((failure?: string) => void) | undefined;

  constructor(
    private readonly address: ServerAddress,
    private readonly writer: RequestWriter,
    private readonly owner: LaneOwner,
  ) {
    this.batch = new Batch(writer.operations.length);
  }

  connect(): Promise<void> {
    // Only an answer tells that the server takes this connection: beyond maxclients it accepts and then refuses.
    const setup = [...setupCommands(this.address), encode(['PING'])];
    this.counter = new ReplyCounter();
    this.sent = 0;
    this.slot = 0;
    return new Promise((resolve, reject) => {
      const socket = this.open();
      this.socket = socket;
      const timer = setTimeout(() => this.settle?.('no answer in 10 seconds'), CONNECT_MS_MAX);
      this.settle = (failure) => {
        this.settle = undefined;
        clearTimeout(timer);
        if (failure === undefined) return resolve();
        this.destroy();
        reject(new Error(failure));
      };
      socket.on('connect', () => {
        socket.setNoDelay(true);
        this.setupLeft = setup.length;
        socket.write(Buffer.concat(setup));
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        const where = `Could not connect to Redis at ${addressText(this.address)}`;
        if (this.settle) this.settle(`${where}: ${connectFailure(error)}`);
        else this.lose(error.message);
      });
      socket.on('close', () => {
        if (this.settle) this.settle('Server closed the connection');
        else this.lose('Server closed the connection');
      });
    });
  }

  send(count: number): void {
    const bytes = this.writer.fill(count);
    this.sent = count;
    this.slot = 0;
    this.failed = '';
    this.repliesLeft = this.writer.replies[0] ?? 1;
    this.owner.bytesMoved(bytes.length, 0);
    this.socket?.write(bytes);
  }

  destroy(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.removeAllListeners();
    socket?.on('error', () => undefined);
    socket?.destroy();
  }

  private open(): net.Socket {
    const { path, host, port } = this.address;
    const onread = {
      buffer: readBuffer,
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.read(buffer, length);
        return true;
      },
    };
    return path === undefined ? net.connect({ host, port, onread }) : net.connect({ path, onread });
  }

  private read(buffer: Uint8Array, length: number): void {
    const { counter, owner, writer } = this;
    const nowMs = performance.now();
    owner.bytesMoved(0, length);
    let at = 0;
    while (at < length) {
      at = counter.advance(buffer, at, length);
      if (!counter.complete) return;
      const { kind } = counter;
      if (kind === ReplyKind.PUSH) continue;
      if (kind === ReplyKind.BROKEN) return this.lose(counter.errorText);
      if (this.setupLeft > 0) {
        this.setupReplied(kind);
        continue;
      }
      if (this.slot >= this.sent) return this.lose('a reply that answers no request');
      if (kind === ReplyKind.ERROR) this.failed = counter.errorText;
      if (--this.repliesLeft > 0) continue;
      const slot = this.slot++;
      const outcome = this.failed === '' ? kind : ReplyKind.ERROR;
      owner.replied(this.batch, slot, writer.operations[slot] ?? 0, outcome, this.failed, nowMs);
      this.failed = '';
      this.repliesLeft = writer.replies[this.slot] ?? 1;
    }
    if (this.slot === this.sent && this.sent > 0) {
      this.sent = 0;
      this.slot = 0;
      owner.batchEnded(this, nowMs);
    }
  }

  private setupReplied(kind: ReplyKind): void {
    this.setupLeft--;
    // A user who may not PING may still do what is to be measured.
    const { errorText } = this.counter;
    if (kind === ReplyKind.ERROR && !errorText.startsWith('NOPERM')) this.settle?.(errorText);
    else if (this.setupLeft === 0) this.settle?.();
  }

  private lose(reason: string): void {
    if (this.socket === undefined) return;
    this.destroy();
    this.settle?.(reason);
    this.owner.lost(this, reason);
  }
}

/** The words redis-cli uses for what commonly goes wrong. */
export function connectFailure(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'Connection refused';
    case 'ENOENT':
      return 'No such file or directory';
    case 'EMFILE':
      return 'too many open files (ulimit -n)';
    case 'EADDRNOTAVAIL':
      return 'no free local port';
    case 'ETIMEDOUT':
      return 'Connection timed out';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Name or service not known';
    default:
      return error.message;
  }
}

/** Requests that introduce a connection: HELLO or AUTH, then SELECT. */
export function setupCommands(address: ServerAddress): readonly Buffer[] {
  const { username, password, db = 0, resp3 = false } = address;
  const credentials = password === undefined ? [] : [username ?? 'default', password];
  const commands: string[][] = [];
  if (resp3) commands.push(['HELLO', '3', ...(credentials.length > 0 ? ['AUTH', ...credentials] : [])]);
  else if (password !== undefined)
    commands.push(['AUTH', ...(username === undefined ? [] : [username]), password]);
  if (db > 0) commands.push(['SELECT', String(db)]);
  return commands.map(encode);
}

function encode(args: readonly string[]): Buffer {
  const body = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('');
  return Buffer.from(`*${args.length}\r\n${body}`);
}

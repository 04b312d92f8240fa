import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { SessionFlag } from '../../src/server/clients/session.js';
import { FrameReader } from './resp-frames.js';
import { freePort } from '../free-port.js';

const REPLY_TIMEOUT_MS = 10_000;

// Connections

/** A socket that sends requests and gives back replies as they came. */
export class RawConnection {
  private readonly frames = new FrameReader();
  private readonly replies: string[] = [];
  private wake: (() => void) | null = null;
  private closed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(chunk);
      for (let frame = this.frames.take(); frame !== null; frame = this.frames.take())
        this.replies.push(frame);
      this.wake?.();
    });
    socket.on('close', () => {
      this.closed = true;
      this.wake?.();
    });
    socket.on('error', () => undefined);
  }

  static async open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    const socket = connect({ port, host, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawConnection(socket);
  }

  send(argv: readonly string[]): void {
    const bulks = argv.map((arg) => `$${arg.length}\r\n${arg}\r\n`);
    this.socket.write(Buffer.from(`*${argv.length}\r\n${bulks.join('')}`, 'latin1'));
  }

  /** Sends bytes as they are, one per character. */
  sendRaw(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  /** The next reply; `any` takes an out of band message too. `asked` is shown when none comes. */
  async reply(kind: 'reply' | 'any' = 'reply', asked = ''): Promise<string> {
    const deadlineMs = Date.now() + REPLY_TIMEOUT_MS;
    for (;;) {
      const at = kind === 'any' ? 0 : this.replies.findIndex((frame) => !frame.startsWith('>'));
      const reply = at < 0 ? undefined : this.replies[at];
      if (reply !== undefined) {
        this.replies.splice(at, 1);
        return reply;
      }
      if (this.closed) return '(closed)';
      const left = deadlineMs - Date.now();
      if (left <= 0) throw new Error(`no reply to: ${asked}`);
      await this.arrival(left);
    }
  }

  private async arrival(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }

  /** Sends a request; its reply. */
  async call(...argv: readonly string[]): Promise<string> {
    this.send(argv);
    return this.reply('reply', argv.join(' '));
  }

  close(): void {
    this.socket.destroy();
  }
}

// Servers

export interface TargetOptions {
  /** Directives that both servers start with. */
  readonly config?: Partial<ConfigValues>;
}

/** A server that transcripts run on. */
export interface Target {
  readonly port: number;
  blockedClients(): Promise<number>;
  /** The newest connection gets RESP3, where HELLO does not do it. */
  becomeResp3(): void;
}

/** mredis, in this process. */
export class OurTarget implements Target {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(options: TargetOptions): Promise<OurTarget> {
    const server = new Server(Object.assign({ 'enable-debug-command': 'yes' }, options.config, { port: 0 }));
    return new OurTarget(server, await server.listen());
  }

  blockedClients(): Promise<number> {
    let blocked = 0;
    for (const { session } of this.server.connections.values())
      if (session.has(SessionFlag.BLOCKED)) blocked++;
    return Promise.resolve(blocked);
  }

  becomeResp3(): void {
    [...this.server.connections.values()].at(-1)!.session.setProtocol(3);
  }

  async stop(): Promise<void> {
    await this.server.close();
  }
}

/** A redis-server of its own, in a child process. */
export class RedisTarget implements Target {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly folder: string,
    private readonly control: RawConnection,
  ) {}

  static async start(options: TargetOptions): Promise<RedisTarget> {
    const folder = mkdtempSync(join(tmpdir(), 'compat-'));
    const port = await freePort();
    const directives = Object.entries(options.config ?? {}).flatMap(([name, value]) => {
      if (typeof value === 'object') throw new Error(`a transcript cannot set ${name}`);
      return [`--${name}`, typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)];
    });
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--dir', folder, '--save', '', '--enable-debug-command', 'yes', ...directives],
      { stdio: 'ignore' },
    );
    let control: RawConnection | null = null;
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      control = await RawConnection.open(port).catch(() => null);
      return control !== null && (await control.call('PING')) === '+PONG\r\n';
    });
    return new RedisTarget(child, port, folder, control!);
  }

  async blockedClients(): Promise<number> {
    const info = await this.control.call('INFO', 'clients');
    return Number(/blocked_clients:(\d+)/.exec(info)?.[1]);
  }

  becomeResp3(): void {
    throw new Error('redis-server refused HELLO 3');
  }

  async stop(): Promise<void> {
    this.control.close();
    await new Promise<void>((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.kill('SIGKILL');
    });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Polls until the condition holds. */
export async function until(condition: () => Promise<boolean>, timeoutMs = REPLY_TIMEOUT_MS): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

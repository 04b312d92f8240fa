import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ServerAddress } from './load-plan.js';
import { PORT_PLACEHOLDER, type Target } from './target.js';

const STOP_MS = 10_000;
const POLL_MS = 2;
const PING_MS_MAX = 1_000;
const OUTPUT_BYTES_MAX = 4_096;

/** A server that this process started, in a directory of its own, and ends by its process id. */
export class SpawnedServer {
  private constructor(
    readonly address: ServerAddress,
    /** From starting the process to the first PONG, in ms. */
    readonly startMs: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Starts `argv` with `{port}` replaced by a free port, and resolves when it answers PING. */
  static async start(argv: readonly string[], startMsMax = 30_000): Promise<SpawnedServer> {
    const port = await freePort();
    const [file = '', ...args] = argv.map((arg) => arg.replaceAll(PORT_PLACEHOLDER, String(port)));
    const directory = await mkdtemp(join(tmpdir(), 'mredis-bench-'));
    // The server has another working directory, but a path in its command line was meant from here.
    const path = /^\.{1,2}\//.test(file) ? resolve(file) : file;
    const began = performance.now();
    // In a process group of its own, so that Ctrl-C on the terminal ends the measuring and not the server.
    const child = spawn(path, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const killAtExit = (): void => void child.kill('SIGKILL');
    process.once('exit', killAtExit);
    child.once('exit', () => process.off('exit', killAtExit));
    const trouble = watch(child, argv.join(' '));
    const address = { host: '127.0.0.1', port };
    const poll = new AbortController();
    try {
      await Promise.race([untilAnswering(port, began + startMsMax, poll.signal), trouble]);
      return new SpawnedServer(address, performance.now() - began, child, directory);
    } catch (error) {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
      throw error;
    } finally {
      poll.abort();
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Sends the process a signal; nothing happens when it is no more. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Asks the process to end, and kills it when it does not. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((settle) => child.once('exit', settle));
      child.kill('SIGTERM');
      // A stopped process does not hear that it is to end.
      child.kill('SIGCONT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A server to measure, whether it ran before or had to be started. */
export interface OpenTarget {
  readonly text: string;
  readonly address: ServerAddress;
  /** Ends the server if it was started for this. */
  readonly close: () => Promise<void>;
}

export async function openTarget(
  target: Target,
  credentials: Omit<ServerAddress, 'host' | 'port'>,
): Promise<OpenTarget> {
  if (target.kind === 'running') {
    return {
      text: target.text,
      address: { ...credentials, ...target.address },
      close: () => Promise.resolve(),
    };
  }
  const server = await SpawnedServer.start(target.argv);
  return { text: target.text, address: { ...credentials, ...server.address }, close: () => server.stop() };
}

export async function freePort(): Promise<number> {
  return new Promise((settle, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        settle(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

/** Rejects when the process cannot be started or ends; keeps the end of its output for the message. */
async function watch(child: ChildProcess, commandLine: string): Promise<never> {
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_BYTES_MAX);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (error) => {
      reject(new Error(`cannot start '${commandLine}': ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      reject(
        new Error(
          `'${commandLine}' ended (${signal ?? `exit code ${code ?? '?'}`}) before it answered: ${output.trim()}`,
        ),
      );
    });
  });
  // After the start nobody waits for this any more, and an exit is then no news.
  failure.catch(() => undefined);
  return failure;
}

async function untilAnswering(port: number, deadlineMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const reply = await ping(port);
    // A server with a password is up when it asks for it; one that loads its data is not.
    if (reply !== '' && !reply.startsWith('-LOADING')) return;
    if (performance.now() > deadlineMs) throw new Error(`no PONG from port ${port} in time`);
    await new Promise((settle) => setTimeout(settle, POLL_MS));
  }
}

/** What comes back on PING, or nothing. */
function ping(port: number): Promise<string> {
  return new Promise((settle) => {
    const socket = net.connect({ host: '127.0.0.1', port, timeout: PING_MS_MAX });
    const end = (reply: string): void => {
      socket.destroy();
      settle(reply);
    };
    socket.on('connect', () => socket.write('*1\r\n$4\r\nPING\r\n'));
    socket.on('data', (chunk) => {
      end(chunk.toString());
    });
    for (const event of ['error', 'close', 'timeout']) {
      socket.on(event, () => {
        end('');
      });
    }
  });
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.js';

/** A real redis-server of the machine, to make files and to try ours on. */
export class RedisProcess {
  private constructor(
    readonly process: ChildProcess,
    readonly port: number,
    readonly client: Redis,
    private readonly output: string[],
  ) {}

  static async start(directory: string, ...options: readonly string[]): Promise<RedisProcess> {
    const port = await freePort();
    const args = ['--port', String(port), '--dir', directory, '--save', '', ...options];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    await ready(child, output);
    const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 1 });
    return new RedisProcess(child, port, client, output);
  }

  get log(): string {
    return this.output.join('');
  }

  async call(...args: readonly (string | number | Buffer)[]): Promise<unknown> {
    const [name, ...rest] = args;
    return this.client.callBuffer(String(name), ...rest);
  }

  /** The digest of all keys and values, the same for equal contents. */
  async digest(): Promise<string> {
    return String(await this.client.call('DEBUG', 'DIGEST'));
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    const exited = this.process.exitCode !== null || this.process.signalCode !== null;
    if (exited) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

function ready(child: ChildProcess, output: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (output.join('').includes('Ready to accept connections')) resolve();
    };
    child.stdout?.on('data', look);
    child.on('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${output.join('')}`)));
  });
}

/** True when redis-server is installed; says aloud when not, which is a failure under CI. */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn('redis-server is not installed: the comparisons with it are skipped');
    return false;
  }
}

const directories: string[] = [];

/** A new directory that `removeDirectories` takes away. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mredis-test-'));
  directories.push(directory);
  return directory;
}

export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

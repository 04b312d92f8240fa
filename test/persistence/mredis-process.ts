import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.js';

const MREDIS = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const START_MS = 60_000;

/** `mredis serve` as a process of its own, which can be killed. */
export class MredisProcess {
  private constructor(
    readonly process: ChildProcess,
    readonly port: number,
    private readonly output: string[],
  ) {}

  /** Throws what it has said when it ends instead of accepting connections. */
  static async start(directory: string, ...options: readonly string[]): Promise<MredisProcess> {
    if (!existsSync(new URL('../../dist/main.js', import.meta.url))) {
      throw new Error('dist/ is missing: these tests run the built command, so run `npm run build` first');
    }
    const port = await freePort();
    const args = ['serve', '--port', String(port), '--dir', directory, '--save', '', ...options];
    const child = spawn(process.execPath, [MREDIS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    await ready(child, output);
    return new MredisProcess(child, port, output);
  }

  get log(): string {
    return this.output.join('');
  }

  /** Ends it by a signal, unless it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { process: child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

function ready(child: ChildProcess, output: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (reason: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`${reason}:\n${output.join('')}`));
    };
    const timer = setTimeout(() => {
      failed('mredis does not start');
    }, START_MS);
    const take = (chunk: Buffer): void => {
      output.push(chunk.toString());
      if (!output.join('').includes('Ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('close', (code) => {
      clearTimeout(timer);
      failed(`mredis ended with ${code}`);
    });
  });
}

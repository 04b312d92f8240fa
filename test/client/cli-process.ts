import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command as a user starts it. */
export const MREDIS = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
if (!existsSync(new URL('../../dist/main.js', import.meta.url))) {
  throw new Error('dist/ is missing: these tests run the built command, so run `npm run build` first');
}

export interface ProcessResult {
  readonly code: number | null;
  /** One character per byte. */
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the process by SIGKILL once its output contains this. */
  readonly until?: string;
}

const TIMEOUT_MS = 20_000;

/** Runs `mredis cli` with these arguments to its end. */
export function mredisCli(argv: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  return run(process.execPath, [MREDIS, 'cli', ...argv], options);
}

/** Runs the real redis-cli. */
export function redisCli(argv: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  return run('redis-cli', argv, options);
}

function run(command: string, argv: readonly string[], options: RunOptions): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, REDISCLI_AUTH: undefined, ...options.env };
    const child = spawn(command, argv, { env, stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name] += chunk.toString('latin1');
        if (options.until !== undefined && output[name].includes(options.until)) child.kill('SIGKILL');
      });
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${argv.join(' ')} did not end: ${JSON.stringify(output)}`));
    }, TIMEOUT_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

import { execFile, type ExecFileException } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpawnedServer } from '../src/client/bench/spawned-server.js';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = `${ROOT}bin/run.js`;
const LOOP_DELAY = new URL('loop-delay.js', import.meta.url).href;
/** Each has a working directory of its own, where mredis is to keep its data too. */
const QUIET = ['--save', '', '--appendonly', 'no', '--dir', '.'];
/** Loading millions of keys takes a while. */
const START_MS_MAX = 300_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Command lines of the two servers, `{port}` to be filled in. */
const SERVERS = {
  redis: ['redis-server', '--port', '{port}', ...QUIET],
  mredis: [process.execPath, BIN, 'serve', '--port', '{port}', ...QUIET],
} as const;
export type ServerName = keyof typeof SERVERS;
/** Options of the command line; of those that are repeated the last one counts. */
export type ServerOptions = readonly string[];
export const SERVER_NAMES: readonly ServerName[] = ['redis', 'mredis'];

/** Runs `use` on a fresh server and ends the server. */
export async function withServer<T>(
  name: ServerName,
  use: (server: SpawnedServer) => Promise<T>,
  options: ServerOptions = [],
): Promise<T> {
  const server = await SpawnedServer.start([...SERVERS[name], ...options], START_MS_MAX);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** As `withServer` of mredis; the longest turn of its event loop during `use`, in ms. */
export async function longestTurn(use: (server: SpawnedServer) => Promise<void>): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'mredis-bench-delay-'));
  const file = join(directory, 'delay');
  const [node, ...rest] = SERVERS.mredis;
  process.env['MREDIS_LOOP_DELAY_FILE'] = file;
  try {
    const server = await SpawnedServer.start([node, '--import', LOOP_DELAY, ...rest]);
    try {
      server.signal('SIGUSR2');
      await use(server);
    } finally {
      await server.stop();
    }
    return Number(await readFile(file, 'utf8'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs `mredis bench …` and returns what it prints; `signal` interrupts it, upon which it still reports. */
export function bench(args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((settle, reject) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void => {
      if (error === null || error.code === 130) settle(stdout);
      else reject(new Error(`mredis bench ${args.join(' ')}: ${stderr || error.message}`));
    };
    const child = execFile(process.execPath, [BIN, 'bench', ...args], { maxBuffer: OUTPUT_BYTES_MAX }, done);
    signal?.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
  });
}

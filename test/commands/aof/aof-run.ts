import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));

export interface AofRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `mredis aof …` as a person does, in a process of its own. */
export function runAof(args: readonly string[], input = ''): AofRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'aof', ...args], {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

export function runJson(args: readonly string[]): { status: number | null; result: Record<string, unknown> } {
  const { status, stdout, stderr } = runAof([...args, '--json']);
  if (stdout === '') throw new Error(stderr);
  return { status, result: JSON.parse(stdout) as Record<string, unknown> };
}

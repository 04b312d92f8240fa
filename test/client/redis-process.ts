import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { RawConnection, until } from '../compat/targets.js';

/** A redis-server on a port of the caller's choice, so that it can come back there. */
export async function startRedis(
  port: number,
  ...options: readonly string[]
): Promise<{ stop: () => Promise<void> }> {
  const child = spawn('redis-server', ['--port', String(port), '--save', '', ...options], {
    stdio: 'ignore',
  });
  await until(async () => {
    const connection = await RawConnection.open(port).catch(() => undefined);
    connection?.close();
    return connection !== undefined;
  });
  return {
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UsageError } from './usage-error.js';

/** Runs a shell command that reads `text` (one character per byte) and shows what it prints. */
export async function pipeToShell(text: string, command: string): Promise<void> {
  if (command === '') throw new UsageError('A shell command must follow the |');
  await feed(text, command);
}

/** Shows text through $PAGER, by default `less`, which keeps colours and leaves at once when all fits. */
export async function showInPager(text: string): Promise<void> {
  await feed(text, process.env['PAGER'] ?? 'less -RFX');
}

async function feed(text: string, command: string): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] });
  // A reader that stops early (`head`, a pager that is left) is no error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(Buffer.from(text, 'latin1'));
  await once(child, 'close');
}

import { randomBytes } from 'node:crypto';

/** 40 hexadecimal digits: names a run of a server, and a history that replicas follow. */
export function newRunId(): string {
  return randomBytes(20).toString('hex');
}

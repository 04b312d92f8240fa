import type { Request } from '../protocol/request.js';
import type { Command } from './commands/command.js';

/** A command waiting for EXEC. */
export interface Queued {
  readonly command: Command;
  readonly request: Request;
}

/** What MULTI and WATCH remember for one session. */
export class Transaction {
  readonly queue: Queued[] = [];
  /** Watched keys: database number and key, one string each. */
  readonly watched = new Set<string>();
}

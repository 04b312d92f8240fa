import type { Request } from '../../protocol/request.js';
import type { Command } from '../commands/command.js';
import { sensitiveArguments } from './redaction.js';
import type { Session } from '../clients/session.js';

/** As Redis shows them: so many arguments, so many bytes of each. */
const ARGUMENTS_MAX = 32;
const ARGUMENT_BYTES_MAX = 128;

export interface SlowlogEntry {
  readonly id: number;
  readonly timeSeconds: number;
  readonly microseconds: number;
  readonly args: readonly string[];
  readonly peer: string;
  readonly name: string;
}

/** The commands that took longest to run, newest first. */
export class Slowlog {
  private entries: SlowlogEntry[] = [];
  private nextId = 0;

  get length(): number {
    return this.entries.length;
  }

  add(session: Session, command: Command, request: Request, microseconds: number, lengthMax: number): void {
    this.entries.unshift({
      id: this.nextId++,
      timeSeconds: Math.floor(session.now / 1000),
      microseconds: Math.round(microseconds),
      args: shownArguments(command, request),
      peer: session.connection?.peer ?? '',
      name: session.name,
    });
    this.trim(lengthMax);
  }

  trim(lengthMax: number): void {
    if (this.entries.length > lengthMax) this.entries.length = lengthMax;
  }

  newest(count: number): readonly SlowlogEntry[] {
    return this.entries.slice(0, count);
  }

  reset(): void {
    this.entries = [];
  }
}

function shownArguments(command: Command, request: Request): string[] {
  const hidden = sensitiveArguments(command, request);
  const { count } = request;
  const shown = count > ARGUMENTS_MAX ? ARGUMENTS_MAX - 1 : count;
  const args: string[] = [];
  for (let i = 0; i < shown; i++) {
    const length = request.length(i);
    if (hidden?.has(i) === true) args.push('(redacted)');
    else if (length <= ARGUMENT_BYTES_MAX) args.push(request.string(i));
    else {
      const more = length - ARGUMENT_BYTES_MAX;
      args.push(`${request.string(i).slice(0, ARGUMENT_BYTES_MAX)}... (${more} more bytes)`);
    }
  }
  if (shown < count) args.push(`... (${count - shown} more arguments)`);
  return args;
}

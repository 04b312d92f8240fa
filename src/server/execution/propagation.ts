import { Bytes } from '../../bytes/bytes.js';
import type { Request } from '../../protocol/request.js';
import { encodeRequest } from '../arguments/request-bytes.js';

/** Takes every write, in order, as RESP: the AOF, the replication stream. */
export interface PropagationSink {
  /** One command of database `database`: `buffer[start, end)`, valid during the call only. */
  append(database: number, buffer: Buffer, start: number, end: number): void;
}

export type PropagatedArgument = string | number | Bytes;

/** The command that a removal is written as. */
export function removalName(lazily: boolean): 'UNLINK' | 'DEL' {
  return lazily ? 'UNLINK' : 'DEL';
}

const MULTI = encodeRequest(['MULTI']);
const EXEC = encodeRequest(['EXEC']);

/**
 * The funnel through which every change leaves the keyspace for files and replicas.
 *
 * A command is propagated as it came, unless its handler says what to write instead (`replace`) or as well (`also`):
 * absolute times for relative ones, effects for random choices. What one command, transaction or script causes is one
 * unit: more than one write is wrapped in MULTI and EXEC.
 */
export class Propagation {
  private readonly sinks: PropagationSink[] = [];
  /** True when somebody listens; handlers need not encode anything otherwise. */
  active = false;

  private replaced = false;
  private suppressed = false;
  private depth = 0;
  private readonly pending: { database: number; bytes: Buffer }[] = [];

  add(sink: PropagationSink): void {
    this.sinks.push(sink);
    this.active = true;
  }

  remove(sink: PropagationSink): void {
    const at = this.sinks.indexOf(sink);
    if (at >= 0) this.sinks.splice(at, 1);
    this.active = this.sinks.length > 0;
  }

  /** The running command is written as these arguments instead of its own. May be called more than once. */
  replace(database: number, ...args: readonly PropagatedArgument[]): void {
    this.replaced = true;
    this.also(database, ...args);
  }

  /** The running command is not written itself. */
  suppress(): void {
    this.suppressed = true;
  }

  /** A further write that the running command caused (an expired key, the second of two effects). */
  also(database: number, ...args: readonly PropagatedArgument[]): void {
    if (this.active) this.pending.push({ database, bytes: encodeRequest(args) });
  }

  /** Begins a unit of several commands: EXEC, a script. */
  begin(): void {
    this.depth++;
  }

  /** Ends a unit; what it gathered is written. */
  end(): void {
    if (--this.depth === 0) this.flush();
  }

  /** Writes what a command did, after its handler; `changed` is false when it changed nothing. */
  command(database: number, request: Request, changed: boolean): void {
    const own = changed && !this.replaced && !this.suppressed && this.active;
    this.replaced = false;
    this.suppressed = false;
    if (own && this.depth === 0 && this.pending.length === 0 && request.rawEnd !== 0) {
      for (const sink of this.sinks) sink.append(database, request.buffer, request.rawStart, request.rawEnd);
      return;
    }
    if (own) this.pending.push({ database, bytes: encodeRequest(requestArguments(request)) });
    if (this.depth === 0 && this.pending.length > 0) this.flush();
  }

  /** True when a handler has said something that `command` must act on. */
  get unsettled(): boolean {
    return this.replaced || this.suppressed || this.pending.length > 0;
  }

  /** As `flush`, where a command or transaction may be running whose writes must stay together. */
  flushUnlessNested(): void {
    if (this.depth === 0) this.flush();
  }

  /** Writes what was gathered outside any command (expiry and eviction in the cron). */
  flush(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    const first = pending[0]!;
    const wrapped = pending.length > 1;
    if (wrapped) this.write(first.database, MULTI);
    for (const { database, bytes } of pending) this.write(database, bytes);
    if (wrapped) this.write(pending[pending.length - 1]!.database, EXEC);
    pending.length = 0;
  }

  private write(database: number, bytes: Buffer): void {
    for (const sink of this.sinks) sink.append(database, bytes, 0, bytes.length);
  }
}

function requestArguments(request: Request): Bytes[] {
  const args: Bytes[] = [];
  for (let i = 0; i < request.count; i++) args.push(request.arg(i));
  return args;
}

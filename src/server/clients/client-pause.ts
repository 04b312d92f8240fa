import type { Request } from '../../protocol/request.js';
import { type Command, Flag } from '../commands/command.js';
import { NO_REPLY } from '../execution/dispatcher.js';
import { Gate } from '../execution/gate.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';

interface Paused {
  readonly session: Session;
  readonly request: Request;
}

/** CLIENT PAUSE: commands wait until the time is up, all of them or those that write. */
export class Pause {
  /** Unix time in ms; 0 while there is no pause. */
  private untilMs = 0;
  private mode: 'all' | 'write' = 'write';
  private timer: NodeJS.Timeout | null = null;
  private waiting = new Map<Session, Paused>();

  constructor(private readonly server: Server) {}

  /** Begins a pause, or makes the present one longer or stricter. */
  begin(mode: 'all' | 'write', untilMs: number): void {
    if (mode === 'all') this.mode = mode;
    this.untilMs = Math.max(this.untilMs, untilMs);
    const { server } = this;
    server.setGate(Gate.PAUSE, true);
    // Nothing may change while writes are paused, by expiry neither.
    server.keyspace.keepExpired = true;
    this.startTimer();
  }

  private startTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    // No timer is longer than 24 days.
    const delayMs = Math.min(0x7fff_ffff, this.untilMs - this.server.nowMs);
    this.timer = setTimeout(() => {
      this.server.refreshTime();
      if (this.server.nowMs < this.untilMs) this.startTimer();
      else this.end();
    }, delayMs);
  }

  /** Ends the pause: who waits goes on, in order. */
  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.untilMs = 0;
    this.mode = 'write';
    const { server } = this;
    server.setGate(Gate.PAUSE, false);
    server.keyspace.keepExpired = false;
    const { waiting } = this;
    this.waiting = new Map();
    // A client stays blocked until its turn has come: what it sends in between must not overtake what waits.
    for (const { session, request } of waiting.values()) {
      server.turn.defer(() => {
        this.resume(session, request);
      });
    }
  }

  private resume(session: Session, request: Request): void {
    if (session.connection === null || session.connection.closed) return;
    session.flags &= ~SessionFlag.BLOCKED;
    // CLIENT REPLY SKIP came before the pause; the dispatcher looks for it once more.
    if (session.has(SessionFlag.REPLY_SKIP)) {
      session.flags = (session.flags & ~SessionFlag.REPLY_SKIP) | SessionFlag.REPLY_SKIP_NEXT;
    }
    this.server.pipeline.writeTo(session, () => {
      this.server.dispatcher.dispatch(session, request);
    });
    session.connection.resume();
  }

  /** NO_REPLY when the command must wait, else null. */
  refusal(session: Session, command: Command, request: Request): string | null {
    if (this.untilMs === 0 || session.connection === null || session.has(SessionFlag.REPLICA)) return null;
    const writes = Flag.WRITE | Flag.MAY_REPLICATE;
    const flags = command.spec.name === 'exec' ? (session.transaction?.queuedFlags ?? 0) : command.flags;
    if (this.mode === 'write' && (flags & writes) === 0) return null;
    session.flags |= SessionFlag.BLOCKED;
    this.waiting.set(session, { session, request: request.retain() });
    return NO_REPLY;
  }

  /** Actions that the pause forbids, as INFO's words have them. */
  get active(): 'all' | 'write' | null {
    return this.untilMs === 0 ? null : this.mode;
  }

  forget(session: Session): void {
    this.waiting.delete(session);
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}

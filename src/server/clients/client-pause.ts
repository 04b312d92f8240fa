import type { Request } from '../../protocol/request.js';
import { type Command, Flag } from '../commands/command.js';
import { NO_REPLY } from '../execution/dispatcher.js';
import { Gate } from '../execution/gate.js';
import type { Server } from '../server.js';
import { HeldRequests } from './held-requests.js';
import { type Session, SessionFlag } from './session.js';

/** CLIENT PAUSE: commands wait until the time is up, all of them or those that write. */
export class Pause {
  /** Unix time in ms; 0 while there is no pause. */
  private untilMs = 0;
  private mode: 'all' | 'write' = 'write';
  private timer: NodeJS.Timeout | null = null;
  private readonly waiting: HeldRequests;

  constructor(private readonly server: Server) {
    this.waiting = new HeldRequests(server);
  }

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
    this.waiting.release();
  }

  /** NO_REPLY when the command must wait, else null. */
  refusal(session: Session, command: Command, request: Request): string | null {
    if (this.untilMs === 0 || session.connection === null || session.has(SessionFlag.REPLICA)) return null;
    const writes = Flag.WRITE | Flag.MAY_REPLICATE;
    const flags = command.spec.name === 'exec' ? (session.transaction?.queuedFlags ?? 0) : command.flags;
    if (this.mode === 'write' && (flags & writes) === 0) return null;
    this.waiting.hold(session, request);
    return NO_REPLY;
  }

  /** Actions that the pause forbids, as INFO's words have them. */
  get active(): 'all' | 'write' | null {
    return this.untilMs === 0 ? null : this.mode;
  }

  forget(session: Session): void {
    this.waiting.forget(session);
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}

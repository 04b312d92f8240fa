import type { Request } from '../../protocol/request.js';
import { type Command, Flag } from '../commands/command.js';
import { sensitiveArguments } from '../info/redaction.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';

/** Clients that see every command (MONITOR). */
export class Monitors {
  private readonly sessions = new Set<Session>();
  private readonly observe = (session: Session, command: Command, request: Request): void => {
    if ((command.flags & (Flag.ADMIN | Flag.SKIP_MONITOR)) === 0) this.show(session, command, request);
  };

  constructor(private readonly server: Server) {}

  add(session: Session): void {
    this.sessions.add(session);
    session.flags |= SessionFlag.MONITOR;
    this.server.observe(this.observe, true);
  }

  remove(session: Session): void {
    if (!this.sessions.delete(session)) return;
    session.flags &= ~SessionFlag.MONITOR;
    if (this.sessions.size === 0) this.server.observe(this.observe, false);
  }

  private show(session: Session, command: Command, request: Request): void {
    const hidden = sensitiveArguments(command, request);
    const args = request.strings().map((arg, i) => (hidden?.has(i) === true ? '"(redacted)"' : quote(arg)));
    const { nowMs } = this.server;
    const time = `${Math.floor(nowMs / 1000)}.${String(nowMs % 1000).padStart(3, '0')}000`;
    const source = session.has(SessionFlag.SCRIPT) ? 'lua' : (session.connection?.peer ?? 'internal');
    const line = Buffer.from(`+${time} [${session.db.number} ${source}] ${args.join(' ')}\r\n`, 'latin1');
    for (const monitor of this.sessions) this.server.pipeline.sendTo(monitor, line);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

/** A string of one character per byte in double quotes, as Redis's sdscatrepr writes it. */
export function quote(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]/g, (char) => {
    return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

import { sendInvalidation } from './tracking-push.js';
import type { Server } from '../server.js';
import type { Session } from '../clients/session.js';

interface Prefix {
  readonly sessions: Set<Session>;
  /** Keys changed since the end of the last turn, and by whom they were last changed. */
  readonly changed: Map<string, Session | null>;
}

/** Prefixes of keys that are broadcast (CLIENT TRACKING BCAST): changes are told once a turn. */
export class PrefixTable {
  private readonly prefixes = new Map<string, Prefix>();
  private scheduled = false;

  constructor(private readonly server: Server) {}

  get size(): number {
    return this.prefixes.size;
  }

  add(prefix: string, session: Session): void {
    const entry = this.prefixes.get(prefix);
    if (entry === undefined) this.prefixes.set(prefix, { sessions: new Set([session]), changed: new Map() });
    else entry.sessions.add(session);
  }

  remove(prefix: string, session: Session): void {
    const entry = this.prefixes.get(prefix);
    entry?.sessions.delete(session);
    if (entry?.sessions.size === 0) this.prefixes.delete(prefix);
  }

  changed(session: Session | null, key: string): void {
    for (const [prefix, entry] of this.prefixes) {
      if (!key.startsWith(prefix)) continue;
      entry.changed.set(key, session);
      if (this.scheduled) continue;
      this.scheduled = true;
      this.server.turn.defer(() => {
        this.broadcast();
      });
    }
  }

  private broadcast(): void {
    this.scheduled = false;
    for (const { sessions, changed } of this.prefixes.values()) {
      if (changed.size === 0) continue;
      const keys = [...changed.keys()];
      for (const session of sessions) {
        const noLoop = session.tracking?.noLoop === true;
        const told = noLoop ? keys.filter((key) => changed.get(key) !== session) : keys;
        if (told.length > 0) sendInvalidation(this.server, session, told);
      }
      changed.clear();
    }
  }
}

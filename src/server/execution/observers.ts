import type { Request } from '../../protocol/request.js';
import type { Command } from '../commands/command.js';
import type { Session } from '../clients/session.js';

/** Told of every command after it has run. */
export type Observer = (session: Session, command: Command, request: Request) => void;

/** Several observers as one, or null for none: while nobody observes, a command costs one comparison. */
export class Observers {
  private readonly all = new Set<Observer>();

  set(observer: Observer, on: boolean): void {
    if (on) this.all.add(observer);
    else this.all.delete(observer);
  }

  get asOne(): Observer | null {
    const [first, ...rest] = this.all;
    if (first === undefined || rest.length === 0) return first ?? null;
    return (session, command, request) => {
      for (const observer of this.all) observer(session, command, request);
    };
  }
}

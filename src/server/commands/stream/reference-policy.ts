import type { Bytes } from '../../../bytes/bytes.js';
import type { StreamId } from '../../../storage/types/stream-id.js';
import { dropReferences, type ReferencePolicy } from '../../../storage/types/stream-references.js';
import type { Session } from '../../clients/session.js';
import { stream } from './open-stream.js';

const POLICIES: readonly string[] = ['keepref', 'delref', 'acked'] satisfies ReferencePolicy[];

export function isReferencePolicy(word: string): word is ReferencePolicy {
  return POLICIES.includes(word);
}

/** Ids in one command that is propagated. */
const IDS_AT_ONCE = 1000;

/** What a command removed, to be propagated as XDEL and XACK: older servers know no policies. */
export class RemovalEffects {
  private readonly deleted: string[] = [];
  private readonly acknowledged = new Map<string, string[]>();

  constructor(
    private readonly session: Session,
    private readonly streamName: Bytes,
  ) {}

  noteDeleted(id: StreamId): void {
    if (this.session.server.propagation.active) this.deleted.push(id.toString());
  }

  /** Counts as a change, as XACK does. */
  noteAcknowledged(groupName: Bytes, id: StreamId): void {
    const { server } = this.session;
    server.dirty++;
    if (!server.propagation.active) return;
    const name = groupName.toString();
    const ids = this.acknowledged.get(name);
    if (ids === undefined) this.acknowledged.set(name, [id.toString()]);
    else ids.push(id.toString());
  }

  /** Takes an entry of the open stream off the pending entries of all groups. */
  dropReferences(id: StreamId): void {
    dropReferences(stream, id, (groupName) => this.noteAcknowledged(groupName, id));
  }

  /** Propagates everything, behind what the command has said so far. */
  propagate(): void {
    this.write(['XDEL', this.streamName], this.deleted);
    for (const [name, ids] of this.acknowledged) this.write(['XACK', this.streamName, name], ids);
  }

  private write(command: readonly (string | Bytes)[], ids: readonly string[]): void {
    const { db, server } = this.session;
    for (let i = 0; i < ids.length; i += IDS_AT_ONCE) {
      server.propagation.also(db.number, ...command, ...ids.slice(i, i + IDS_AT_ONCE));
    }
  }
}

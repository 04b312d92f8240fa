/** What SINTER, SUNION, SDIFF and their STORE forms share: the sets they name, and where their results go. */
import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import { packedBytes, packedRead, packedWrite } from '../../../storage/packed-entries.js';
import { Type } from '../../../storage/representation.js';
import { createSet, type MemberVisitor, setAdd, setLength } from '../../../storage/types/set.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';

/**
 * The refs of the sets that arguments `from` to `to` (exclusive) name, 0 for those that are not there, or null after
 * the error reply.
 */
export function readSets(session: Session, request: Request, from: number, to: number): number[] | null {
  const refs: number[] = [];
  for (let i = from; i < to; i++) {
    const ref = session.read(request.arg(i));
    if (ref !== 0 && session.db.type(ref) !== Type.SET) {
      session.reply.error(errors.WRONGTYPE);
      return null;
    }
    refs.push(ref);
  }
  return refs;
}

/** Replies with the members that `walk` visits, each of them once. */
export function replyMembers(session: Session, walk: (visit: MemberVisitor) => void): void {
  const { reply } = session;
  const mark = reply.beginDeferred();
  let length = 0;
  walk((member) => {
    reply.bulk(member);
    length++;
  });
  reply.endDeferred(mark, 'set', length);
}

/**
 * Makes `destination` the set of the members that `walk` visits and replies with their number. The result is gathered
 * first, since the destination may be among the sets it comes from.
 */
export function storeMembers(
  session: Session,
  destination: Bytes,
  event: string,
  walk: (visit: MemberVisitor) => void,
): void {
  const { db, reply } = session;
  const result = new MemberList();
  walk((member) => result.add(member));
  const old = session.write(destination);
  if (result.length > 0) {
    if (old !== 0) db.removeForReplacement(old);
    const ref = result.becomeSet(db, destination);
    session.changed(destination, NotifyClass.SET, event);
    return reply.integer(setLength(db, ref));
  }
  if (old !== 0) {
    db.remove(old);
    session.changed(destination, NotifyClass.GENERIC, 'del');
  }
  reply.integer(0);
}

/** A growing row of packed entries: bytes, not an object for each member. */
class MemberList {
  length = 0;
  private bytes = new Uint8Array(256);
  private end = 0;

  add(member: Bytes): void {
    const needed = this.end + packedBytes(member.length);
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(2 * needed);
      larger.set(this.bytes.subarray(0, this.end));
      this.bytes = larger;
    }
    this.end = packedWrite(this.bytes, this.end, member);
    this.length++;
  }

  /** Makes a set of the members, of which there is at least one; its ref. */
  becomeSet(db: Database, key: Bytes): number {
    const member = new Bytes(this.bytes);
    packedRead(this.bytes, 0, member);
    let ref = createSet(db, key, member);
    for (let at = 0; at < this.end;) {
      at = packedRead(this.bytes, at, member);
      ref = setAdd(db, ref, member);
    }
    return ref;
  }
}

import type { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { setForEach, setHas, setLength } from '../../../storage/types/set.js';
import { SortedSet } from '../../../storage/types/sorted-set.js';
import type { Session } from '../../clients/session.js';

/** Members of plain sets take part with this score. */
const SET_SCORE = 1;

/** One input of ZUNION, ZINTER and ZDIFF: a sorted set, a set, or a key that is not there. */
export class AggregateSource {
  weight = 1;
  private readonly sorted: SortedSet | null;

  constructor(
    private readonly session: Session,
    /** The record, or 0. */
    readonly ref: number,
  ) {
    const { db } = session;
    const isSorted = ref !== 0 && db.type(ref) === Type.ZSET;
    this.sorted = isSorted ? new SortedSet(db.keyspace).open(db, ref) : null;
  }

  get size(): number {
    if (this.ref === 0) return 0;
    return this.sorted === null ? setLength(this.session.db, this.ref) : this.sorted.size;
  }

  /** The score of a member, not weighted; NaN where it is not there. */
  find(member: Bytes): number {
    if (this.ref === 0) return NaN;
    if (this.sorted !== null) return this.sorted.find(member);
    return setHas(this.session.db, this.ref, member) ? SET_SCORE : NaN;
  }

  /** Visits every member with its score, not weighted, until `visit` returns false. The member is a view. */
  forEach(visit: (member: Bytes, score: number) => boolean): void {
    if (this.ref === 0) return;
    let going = true;
    const each = (member: Bytes, score: number): void => {
      if (going) going = visit(member, score);
    };
    if (this.sorted !== null) this.sorted.forEach(each);
    else setForEach(this.session.db, this.ref, (member) => each(member, SET_SCORE));
  }
}

/** The keys from argument `first` on, `count` of them, as sources; null after it has replied WRONGTYPE. */
export function readSources(
  session: Session,
  request: Request,
  first: number,
  count: number,
): AggregateSource[] | null {
  const sources: AggregateSource[] = [];
  for (let i = first; i < first + count; i++) {
    const ref = session.read(request.arg(i));
    if (ref !== 0 && session.db.type(ref) !== Type.ZSET && session.db.type(ref) !== Type.SET) {
      session.reply.error(errors.WRONGTYPE);
      return null;
    }
    sources.push(new AggregateSource(session, ref));
  }
  return sources;
}

import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { ListCursor } from '../../../storage/types/list-cursor.js';
import { listLength } from '../../../storage/types/list.js';
import { integerArgument, rangedArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const lpos: CommandSpec = {
  name: 'lpos',
  group: 'list',
  summary: 'Finds the indexes of elements that equal a given one.',
  since: '6.0.6',
  complexity: 'O(N), N being the number of elements looked at, which MAXLEN can bound.',
  syntax: 'key element [RANK rank] [COUNT num-matches] [MAXLEN len]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  handler: lposCommand,
};

const RANK_ZERO =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list";

const cursor = new ListCursor();

interface Options {
  /** Negative: the search goes from the tail to the head. */
  rank: number;
  /** -1: one match is asked for, and replied by itself. */
  count: number;
  /** 0 is no bound. */
  comparisonsMax: number;
}

function parse(session: Session, request: Request): Options | null {
  const options: Options = { rank: 1, count: -1, comparisonsMax: 0 };
  for (let i = 3; i < request.count; i += 2) {
    if (i + 1 === request.count) return refuse(session, errors.SYNTAX);
    if (request.is(i, 'rank')) {
      const rank = integerArgument(session, request, i + 1);
      if (rank === null) return null;
      if (rank === 0) return refuse(session, RANK_ZERO);
      options.rank = rank;
    } else if (request.is(i, 'count')) {
      const count = rangedArgument(session, request, i + 1, 0, Infinity, "ERR COUNT can't be negative");
      if (count === null) return null;
      options.count = count;
    } else if (request.is(i, 'maxlen')) {
      const bound = rangedArgument(session, request, i + 1, 0, Infinity, "ERR MAXLEN can't be negative");
      if (bound === null) return null;
      options.comparisonsMax = bound;
    } else return refuse(session, errors.SYNTAX);
  }
  return options;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

function lposCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const options = parse(session, request);
  if (options === null) return;
  const { rank, count, comparisonsMax } = options;
  const many = count !== -1;
  const ref = session.read(request.arg(1));
  if (ref === 0) return many ? reply.array(0) : reply.null();
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const wanted = request.arg(2);
  const backward = rank < 0;
  const length = listLength(db, ref);
  const comparisons = comparisonsMax === 0 ? length : Math.min(length, comparisonsMax);
  const matchesMax = many ? count || Infinity : 1;
  const mark = many ? reply.beginDeferred() : 0;
  let skip = Math.abs(rank) - 1;
  let matches = 0;
  cursor.seek(db, ref, backward ? length - 1 : 0);
  for (let i = 0; i < comparisons && matches < matchesMax; i++) {
    if (i > 0) step(backward);
    if (!cursor.equals(wanted) || skip-- > 0) continue;
    matches++;
    reply.integer(backward ? length - 1 - i : i);
  }
  if (many) reply.endDeferred(mark, 'array', matches);
  else if (matches === 0) reply.null();
}

function step(backward: boolean): void {
  if (backward) cursor.previous();
  else cursor.next();
}

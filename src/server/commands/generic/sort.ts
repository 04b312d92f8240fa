import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { ListCursor } from '../../../storage/types/list-cursor.js';
import { listCreate, listLength, listPush } from '../../../storage/types/list.js';
import { setForEach } from '../../../storage/types/set.js';
import { SortedSet } from '../../../storage/types/sorted-set.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { type CommandSpec, Flag, key, type KeySpec } from '../command.js';
import { scoreOf } from './sort-score.js';
import { type SortOptions, sortOptions } from './sort-options.js';

const UNKNOWN = { kind: 'unknown' } as const;
/** Keys that BY and GET make of the elements. */
const PATTERN_KEYS: KeySpec = {
  flags: 'RO ACCESS',
  notes: 'BY and GET make names of what the key holds.',
  find: UNKNOWN,
};
/** STORE may stand anywhere. */
const STORE_KEY: KeySpec = { flags: 'OW UPDATE', notes: 'STORE may stand anywhere.', find: UNKNOWN };

export const sort: CommandSpec = {
  name: 'sort',
  group: 'generic',
  summary: 'Sorts a list, a set or a sorted set; returns the result or stores it as a list.',
  since: '1.0.0',
  complexity: 'O(N+M*log(M)), N being the number of elements, M the number of those returned.',
  syntax:
    'key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]',
  arity: -2,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.MOVABLEKEYS | Flag.DANGEROUS | Flag.TIMED,
  keys: [key('RO ACCESS'), PATTERN_KEYS, STORE_KEY],
  getKeys: sortKeys,
  categories: ['set', 'sortedset', 'list'],
  handler: (session, request) => {
    sortCommand(session, request, false);
  },
};

export const sortRo: CommandSpec = {
  name: 'sort_ro',
  group: 'generic',
  summary: 'Sorts a list, a set or a sorted set and returns the result.',
  since: '7.0.0',
  complexity: 'O(N+M*log(M)), N being the number of elements, M the number of those returned.',
  syntax: 'key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]',
  arity: -2,
  flags: Flag.READONLY | Flag.MOVABLEKEYS | Flag.DANGEROUS | Flag.TIMED,
  keys: [key('RO ACCESS'), PATTERN_KEYS],
  getKeys: () => [1],
  categories: ['set', 'sortedset', 'list'],
  handler: (session, request) => {
    sortCommand(session, request, true);
  },
};

/** The key, and the last STORE's. */
function sortKeys(request: Request): number[] {
  let store = 0;
  for (let at = 2; at < request.count; at++) {
    if (request.is(at, 'limit')) at += 2;
    else if (request.is(at, 'by') || request.is(at, 'get')) at++;
    else if (request.is(at, 'store') && at + 1 < request.count) store = ++at;
  }
  return store === 0 ? [1] : [1, store];
}

function sortCommand(session: Session, request: Request, readOnly: boolean): void {
  const { reply } = session;
  const options = sortOptions(session, request, readOnly);
  if (options === null) return;
  const ref = session.read(request.arg(1));
  const type = ref === 0 ? Type.LIST : session.db.type(ref);
  if (type !== Type.LIST && type !== Type.SET && type !== Type.ZSET) return reply.error(errors.WRONGTYPE);
  // A set has no order of its own: what a replica or a script sees must not depend on the table.
  if (type === Type.SET && !options.sorts && (options.storeAt > 0 || session.has(SessionFlag.SCRIPT))) {
    options.sorts = true;
    options.alpha = true;
    options.by = null;
  }
  const elements = ref === 0 ? [] : elementsOf(session, ref, type);
  if (!options.sorts && options.descending && type !== Type.SET) elements.reverse();
  const sorted = options.sorts ? sortElements(session, elements, options) : elements;
  if (sorted === null) return reply.error("ERR One or more scores can't be converted into double");
  const start = Math.min(Math.max(options.offset, 0), sorted.length);
  const count = options.count < 0 ? sorted.length : options.count;
  const rows = sorted.slice(start, start + count);
  if (options.storeAt > 0) store(session, request.arg(options.storeAt), rows, options);
  else replyRows(session, rows, options);
}

const cursor = new ListCursor();

function elementsOf(session: Session, ref: number, type: Type): string[] {
  const { db } = session;
  const elements: string[] = [];
  if (type === Type.SET) setForEach(db, ref, (member) => elements.push(member.toString()));
  else if (type === Type.ZSET) {
    new SortedSet(db.keyspace).open(db, ref).forEach((member) => elements.push(member.toString()));
  } else {
    cursor.seek(db, ref, 0);
    for (let left = listLength(db, ref); left > 0; left--) {
      elements.push(new Bytes(cursor.page, cursor.offset, cursor.length).toString());
      cursor.next();
    }
  }
  return elements;
}

/** What an element is sorted by. */
interface Row {
  readonly element: string;
  readonly score: number;
  /** Null where BY finds nothing: before all others. */
  readonly text: string | null;
}

/** The elements in order, or null when one has no number. */
function sortElements(session: Session, elements: string[], options: SortOptions): string[] | null {
  const { by, alpha } = options;
  const rows: Row[] = [];
  for (const element of elements) {
    const value = by === null ? element : by.lookup(session, element);
    const score = alpha || value === null ? 0 : scoreOf(value);
    if (Number.isNaN(score)) return null;
    rows.push({ element, score, text: value });
  }
  const direction = options.descending ? -1 : 1;
  rows.sort((a, b) => direction * (alpha ? compareTexts(a.text, b.text) : compareScores(a, b)));
  return rows.map((row) => row.element);
}

function compareTexts(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Elements of the same score in byte order, so that the result is always the same. */
function compareScores(a: Row, b: Row): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  return compareTexts(a.element, b.element);
}

function replyRows(session: Session, rows: readonly string[], { gets }: SortOptions): void {
  const { reply } = session;
  reply.array(rows.length * Math.max(1, gets.length));
  for (const element of rows) {
    if (gets.length === 0) reply.text(element);
    for (const pattern of gets) {
      const value = pattern.lookup(session, element);
      if (value === null) reply.null();
      else reply.text(value);
    }
  }
}

/** Stores the rows as a list; where GET finds nothing, an empty string stands. */
function store(session: Session, name: Bytes, rows: readonly string[], { gets }: SortOptions): void {
  const { db, reply } = session;
  const values = rows.flatMap((element) =>
    gets.length === 0 ? [element] : gets.map((pattern) => pattern.lookup(session, element) ?? ''),
  );
  const replaced = session.write(name);
  if (values.length > 0) {
    if (replaced !== 0) db.removeForReplacement(replaced);
    let ref = listCreate(db, name);
    for (const value of values) ref = listPush(db, ref, false, Bytes.from(value));
    session.changed(name, NotifyClass.LIST, 'sortstore', values.length);
  } else if (replaced !== 0) {
    db.remove(replaced);
    session.changed(name, NotifyClass.GENERIC, 'del');
  }
  reply.integer(values.length);
}

import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { stringBytes } from '../../../storage/types/string.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, keys } from '../command.js';

export const lcs: CommandSpec = {
  name: 'lcs',
  group: 'string',
  summary: 'Finds the longest subsequence that two strings have in common.',
  since: '7.0.0',
  complexity: 'O(N*M), N and M being the lengths of the strings.',
  syntax: 'key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [keys('RO ACCESS', 1, 2)],
  handler: lcsCommand,
};

interface LcsOptions {
  length: boolean;
  indexes: boolean;
  withMatchLength: boolean;
  matchLengthMin: number;
}

function lcsCommand(session: Session, request: Request): void {
  const { reply } = session;
  const first = stringOf(session, request, 1);
  const second = stringOf(session, request, 2);
  if (first === null || second === null) {
    return reply.error('ERR The specified keys must contain string values');
  }
  const options = parseOptions(session, request);
  if (options === null) return;
  const tableBytes = (first.length + 1) * (second.length + 1) * 4;
  if (tableBytes > session.server.config['proto-max-bulk-len']) {
    return reply.error('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
  }
  const table = lengthTable(first, second);
  const length = table[table.length - 1]!;
  if (options.indexes) replyMatches(session, first, second, table, options);
  else if (options.length) reply.integer(length);
  else {
    const common = Buffer.alloc(length);
    let at = length;
    walkBack(first, second, table, (i) => {
      common[--at] = first.buffer[first.offset + i]!;
    });
    reply.bulkRange(common, 0, length);
  }
}

/** The string of a key, empty if it is not there; null for another type. */
function stringOf(session: Session, request: Request, at: number): Bytes | null {
  const ref = session.read(request.arg(at));
  const view = new Bytes(new Uint8Array(0));
  if (ref === 0) return view;
  return session.db.type(ref) === Type.STRING ? stringBytes(session.db, ref, view) : null;
}

function parseOptions(session: Session, request: Request): LcsOptions | null {
  const options: LcsOptions = { length: false, indexes: false, withMatchLength: false, matchLengthMin: 0 };
  for (let at = 3; at < request.count; at++) {
    if (request.is(at, 'idx')) options.indexes = true;
    else if (request.is(at, 'len')) options.length = true;
    else if (request.is(at, 'withmatchlen')) options.withMatchLength = true;
    else if (request.is(at, 'minmatchlen') && at + 1 < request.count) {
      const least = integerArgument(session, request, ++at);
      if (least === null) return null;
      options.matchLengthMin = Math.max(0, least);
    } else {
      session.reply.error(errors.SYNTAX);
      return null;
    }
  }
  if (!options.indexes || !options.length) return options;
  session.reply.error('ERR If you want both the length and indexes, please just use IDX.');
  return null;
}

/** At `i * (b.length + 1) + j` the length of what the first `i` and `j` bytes have in common. */
function lengthTable(a: Bytes, b: Bytes): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const byte = a.buffer[a.offset + i - 1]!;
    const row = i * width;
    for (let j = 1; j <= b.length; j++) {
      table[row + j] =
        byte === b.buffer[b.offset + j - 1]!
          ? table[row - width + j - 1]! + 1
          : Math.max(table[row - width + j]!, table[row + j - 1]!);
    }
  }
  return table;
}

/** Visits the common bytes from the last to the first, with their places in both strings. */
function walkBack(a: Bytes, b: Bytes, table: Uint32Array, visit: (i: number, j: number) => void): void {
  const width = b.length + 1;
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a.buffer[a.offset + i - 1] === b.buffer[b.offset + j - 1]) visit(--i, --j);
    else if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
    else j--;
  }
}

/** Replies with the ranges in which the strings match, the last one first. */
function replyMatches(session: Session, a: Bytes, b: Bytes, table: Uint32Array, options: LcsOptions): void {
  const { reply } = session;
  let start = -1;
  let otherStart = -1;
  let length = 0;
  let ranges = 0;
  const emit = (): void => {
    if (length === 0 || length < options.matchLengthMin) return;
    reply.array(options.withMatchLength ? 3 : 2);
    for (const from of [start, otherStart]) {
      reply.array(2);
      reply.integer(from);
      reply.integer(from + length - 1);
    }
    if (options.withMatchLength) reply.integer(length);
    ranges++;
  };
  reply.map(2);
  reply.text('matches');
  const mark = reply.beginDeferred();
  walkBack(a, b, table, (i, j) => {
    if (length > 0 && i === start - 1 && j === otherStart - 1) length++;
    else {
      emit();
      length = 1;
    }
    start = i;
    otherStart = j;
  });
  emit();
  reply.endDeferred(mark, 'array', ranges);
  reply.text('len');
  reply.integer(table[table.length - 1]!);
}

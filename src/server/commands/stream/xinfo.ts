import { Bytes } from '../../../bytes/bytes.js';
import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { ENTRIES_READ_UNKNOWN } from '../../../storage/types/stream-groups.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { lagOf } from '../../../storage/types/stream-lag.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import {
  consumer,
  cursor,
  group,
  groups,
  Opened,
  openForRead,
  openGroup,
  replyEntry,
  replyId,
  replyRange,
  stream,
} from './open-stream.js';
import { noSuchGroup } from './xgroup.js';

const HELP = [
  'XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CONSUMERS <key> <groupname>',
  '    List the consumers of a group.',
  'GROUPS <key>',
  '    List the consumer groups of a stream.',
  'STREAM <key> [FULL [COUNT <count>]',
  '    Describe a stream; with FULL also its entries, groups and consumers.',
  'HELP',
  '    Print this help.',
];

export const xinfo: CommandSpec = {
  name: 'xinfo',
  group: 'stream',
  summary: 'Tells about streams, groups and consumers.',
  since: '5.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [
    {
      name: 'consumers',
      group: 'stream',
      summary: 'Lists the consumers of a group.',
      since: '5.0.0',
      complexity: 'O(N), N being the number of consumers.',
      syntax: 'key group',
      arity: 4,
      flags: Flag.READONLY,
      keys: [key('RO ACCESS', 2)],
      tips: ['nondeterministic_output'],
      handler: consumersCommand,
    },
    {
      name: 'groups',
      group: 'stream',
      summary: 'Lists the consumer groups of a stream.',
      since: '5.0.0',
      complexity: 'O(N), N being the number of groups.',
      syntax: 'key',
      arity: 3,
      flags: Flag.READONLY,
      keys: [key('RO ACCESS', 2)],
      history: [['7.0.0', 'Tells `entries-read` and `lag`.']],
      handler: groupsCommand,
    },
    {
      name: 'help',
      group: 'stream',
      summary: 'Lists the subcommands.',
      since: '5.0.0',
      complexity: 'O(1)',
      syntax: '',
      arity: 2,
      flags: Flag.LOADING | Flag.STALE,
      handler: (session) => {
        session.reply.array(HELP.length);
        for (const line of HELP) session.reply.simple(line);
      },
    },
    {
      name: 'stream',
      group: 'stream',
      summary: 'Describes a stream.',
      since: '5.0.0',
      complexity: 'O(1)',
      syntax: 'key [FULL [COUNT count]]',
      arity: -3,
      flags: Flag.READONLY,
      keys: [key('RO ACCESS', 2)],
      history: [
        ['6.0.0', 'Takes `FULL`.'],
        [
          '7.0.0',
          'Tells `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag`.',
        ],
      ],
      handler: streamCommand,
    },
  ],
};

const COUNT_DEFAULT = 10;
const MIN_ID = new StreamId();
const MAX_ID = new StreamId().setMax();

const view = new Bytes(new Uint8Array(0));
const id = new StreamId();

/** Opens the stream of a request, which must be there; false after a reply with the error. */
function openStream(session: Session, request: Request): boolean {
  const opened = openForRead(session, request.arg(2));
  if (opened === Opened.MISSING) session.reply.error(errors.NO_SUCH_KEY);
  return opened === Opened.YES;
}

function consumersCommand(session: Session, request: Request): void {
  const { reply, now } = session;
  if (!openStream(session, request)) return;
  if (!openGroup(request.arg(3))) return reply.error(noSuchGroup(request));
  const { consumers } = group;
  reply.array(consumers.count);
  for (let i = 0; i < consumers.count; i++) {
    consumer.open(stream.slab, consumers.at(i));
    reply.map(3);
    reply.text('name');
    reply.bulk(consumers.name(consumer.ref, view));
    field(session, 'pending', consumer.pending);
    field(session, 'idle', Math.max(0, now - consumer.seenAtMs));
  }
}

function field(session: Session, name: string, value: number): void {
  session.reply.text(name);
  session.reply.integer(value);
}

function idField(session: Session, name: string, value: StreamId): void {
  session.reply.text(name);
  replyId(session, value);
}

function groupsCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (!openStream(session, request)) return;
  groups.open(stream.slab, stream.groups);
  reply.array(groups.count);
  for (let i = 0; i < groups.count; i++) {
    group.open(stream.slab, groups.at(i));
    reply.map(6);
    reply.text('name');
    reply.bulk(groups.name(group.ref, view));
    field(session, 'consumers', group.consumers.count);
    field(session, 'pending', group.pendingCount);
    idField(session, 'last-delivered-id', group.readLastId(id));
    replyProgress(session);
  }
}

/** How much the open group has read, and has yet to read. */
function replyProgress(session: Session): void {
  const { reply } = session;
  reply.text('entries-read');
  if (group.entriesRead === ENTRIES_READ_UNKNOWN) reply.null();
  else reply.integer(group.entriesRead);
  const lag = lagOf(stream, group);
  reply.text('lag');
  if (lag === null) reply.null();
  else reply.integer(lag);
}

function streamCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (!openStream(session, request)) return;
  const full = request.count > 3;
  let count = COUNT_DEFAULT;
  if (full) {
    const given = request.count === 6 ? parseInteger(request.arg(5)) : COUNT_DEFAULT;
    const wellFormed = request.count === 4 || (request.count === 6 && request.is(4, 'count'));
    if (!wellFormed || !request.is(3, 'full'))
      return reply.error(errors.subcommandSyntax(request.string(1), 'xinfo'));
    if (Number.isNaN(given)) return reply.error(errors.NOT_INTEGER);
    count = given < 0 ? COUNT_DEFAULT : given;
  }
  reply.map(full ? 9 : 10);
  replyHead(session);
  if (full) replyFull(session, count);
  else replyEnds(session);
}

function replyHead(session: Session): void {
  const blocks = stream.directory.count;
  field(session, 'length', stream.length);
  // Redis files its blocks in a radix tree; here they stand in a directory, which is one node more than they are.
  field(session, 'radix-tree-keys', blocks);
  field(session, 'radix-tree-nodes', blocks + 1);
  idField(session, 'last-generated-id', stream.readLastId(id));
  idField(session, 'max-deleted-entry-id', stream.readMaxDeletedId(id));
  field(session, 'entries-added', stream.entriesAdded);
  idField(session, 'recorded-first-entry-id', stream.readFirstId(id));
}

function replyEnds(session: Session): void {
  const { reply } = session;
  groups.open(stream.slab, stream.groups);
  field(session, 'groups', groups.count);
  for (const end of ['first-entry', 'last-entry']) {
    reply.text(end);
    if (stream.range(cursor, MIN_ID, MAX_ID, end === 'last-entry').next()) replyEntry(session, cursor);
    else reply.null();
  }
}

function replyFull(session: Session, count: number): void {
  const { reply } = session;
  reply.text('entries');
  replyRange(session, MIN_ID, MAX_ID, count);
  groups.open(stream.slab, stream.groups);
  reply.text('groups');
  reply.array(groups.count);
  for (let i = 0; i < groups.count; i++) {
    group.open(stream.slab, groups.at(i));
    replyFullGroup(session, count);
  }
}

function replyFullGroup(session: Session, count: number): void {
  const { reply } = session;
  const { consumers } = group;
  reply.map(7);
  reply.text('name');
  reply.bulk(groups.name(group.ref, view));
  idField(session, 'last-delivered-id', group.readLastId(id));
  replyProgress(session);
  field(session, 'pel-count', group.pendingCount);
  reply.text('pending');
  replyPending(session, 0, count);
  reply.text('consumers');
  reply.array(consumers.count);
  for (let i = 0; i < consumers.count; i++) {
    consumer.open(stream.slab, consumers.at(i));
    reply.map(4);
    reply.text('name');
    reply.bulk(consumers.name(consumer.ref, view));
    field(session, 'seen-time', consumer.seenAtMs);
    field(session, 'pel-count', consumer.pending);
    reply.text('pending');
    replyPending(session, consumer.ref, count);
  }
}

/** Up to `count` (0: all) pending entries of the open group, or of one consumer of it. */
function replyPending(session: Session, owner: number, count: number): void {
  const { reply } = session;
  const { pending, consumers } = group;
  const mark = reply.beginDeferred();
  let replied = 0;
  let more = pending.seek(MIN_ID);
  for (; more && (count === 0 || replied < count); more = pending.next()) {
    if (owner !== 0 && pending.consumer !== owner) continue;
    reply.array(owner === 0 ? 4 : 3);
    replyId(session, pending.readId(id));
    if (owner === 0) reply.bulk(consumers.name(pending.consumer, view));
    reply.integer(pending.deliveredAtMs);
    reply.integer(pending.deliveries);
    replied++;
  }
  reply.endDeferred(mark, 'array', replied);
}

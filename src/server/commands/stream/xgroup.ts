import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { ENTRIES_READ_UNKNOWN } from '../../../storage/types/stream-groups.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { integerArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { idArgument, intervalArgument } from './id-arguments.js';
import { group, groups, Opened, openForWrite, openGroup, stream } from './open-stream.js';

const HELP = [
  'XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CREATE <key> <groupname> <id|$> [option]',
  '    Make a group that reads on behind an id. Options:',
  '    * MKSTREAM',
  '      Make an empty stream if there is none.',
  '    * ENTRIESREAD entries_read',
  '      Say how many entries the group has read (for internal use).',
  'CREATECONSUMER <key> <groupname> <consumer>',
  '    Make a consumer of a group.',
  'DELCONSUMER <key> <groupname> <consumer>',
  '    Remove a consumer, with what is pending for it.',
  'DESTROY <key> <groupname>',
  '    Remove a group.',
  'SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]',
  '    Let a group read on behind another id.',
  'HELP',
  '    Print this help.',
];

export const xgroup: CommandSpec = {
  name: 'xgroup',
  group: 'stream',
  summary: 'Manages consumer groups.',
  since: '5.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [
    {
      name: 'create',
      group: 'stream',
      summary: 'Makes a consumer group.',
      since: '5.0.0',
      complexity: 'O(1)',
      syntax: 'key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]',
      arity: -5,
      flags: Flag.WRITE | Flag.DENYOOM,
      keys: [key('RW INSERT', 2)],
      history: [['7.0.0', 'Takes `ENTRIESREAD`.']],
      handler: createCommand,
    },
    {
      name: 'createconsumer',
      group: 'stream',
      summary: 'Makes a consumer of a group.',
      since: '6.2.0',
      complexity: 'O(1)',
      syntax: 'key group consumer',
      arity: 5,
      flags: Flag.WRITE | Flag.DENYOOM,
      keys: [key('RW INSERT', 2)],
      handler: createConsumerCommand,
    },
    {
      name: 'delconsumer',
      group: 'stream',
      summary: 'Removes a consumer; tells how many entries were pending for it.',
      since: '5.0.0',
      complexity: 'O(N), N being the number of pending entries of the group.',
      syntax: 'key group consumer',
      arity: 5,
      flags: Flag.WRITE,
      keys: [key('RW DELETE', 2)],
      handler: delConsumerCommand,
    },
    {
      name: 'destroy',
      group: 'stream',
      summary: 'Removes a consumer group.',
      since: '5.0.0',
      complexity: 'O(N), N being the number of blocks of pending entries.',
      syntax: 'key group',
      arity: 4,
      flags: Flag.WRITE,
      keys: [key('RW DELETE', 2)],
      handler: destroyCommand,
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
      name: 'setid',
      group: 'stream',
      summary: 'Sets the id behind which a group reads on.',
      since: '5.0.0',
      complexity: 'O(1)',
      syntax: 'key group <id | $> [ENTRIESREAD entries-read]',
      arity: -5,
      flags: Flag.WRITE,
      keys: [key('RW UPDATE', 2)],
      history: [['7.0.0', 'Takes `ENTRIESREAD`.']],
      handler: setIdCommand,
    },
  ],
};

const KEY_REQUIRED =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';

const id = new StreamId();

interface Options {
  makeStream: boolean;
  entriesRead: number;
}

function parse(session: Session, request: Request, creating: boolean): Options | null {
  const options: Options = { makeStream: false, entriesRead: ENTRIES_READ_UNKNOWN };
  for (let at = 5; at < request.count; at++) {
    if (creating && request.is(at, 'mkstream')) options.makeStream = true;
    else if (request.is(at, 'entriesread') && at + 1 < request.count) {
      const given = integerArgument(session, request, ++at);
      if (given === null) return null;
      if (given < 0 && given !== ENTRIES_READ_UNKNOWN) {
        session.reply.error('ERR value for ENTRIESREAD must be positive or -1');
        return null;
      }
      options.entriesRead = given;
    } else {
      session.reply.error(errors.subcommandSyntax(request.string(1), 'xgroup'));
      return null;
    }
  }
  return options;
}

/** Opens the stream, which must be there; false after a reply with the error. */
function openStream(session: Session, request: Request): boolean {
  const opened = openForWrite(session, request.arg(2));
  if (opened === Opened.MISSING) session.reply.error(KEY_REQUIRED);
  return opened === Opened.YES;
}

/** Opens stream and group, which must be there; false after a reply with the error. */
function openBoth(session: Session, request: Request): boolean {
  if (!openStream(session, request)) return false;
  if (openGroup(request.arg(3))) return true;
  session.reply.error(noSuchGroup(request));
  return false;
}

export function noSuchGroup(request: Request): string {
  return `NOGROUP No such consumer group '${request.string(3)}' for key name '${request.string(2)}'`;
}

function createCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const options = parse(session, request, true);
  if (options === null) return;
  const name = request.arg(2);
  const opened = openForWrite(session, name);
  if (opened === Opened.REFUSED) return;
  if (opened === Opened.MISSING && !options.makeStream) return reply.error(KEY_REQUIRED);
  if (!request.is(4, '$')) {
    if (!idArgument(session, request, 4, id)) return;
  } else if (opened === Opened.YES) stream.readLastId(id);
  else id.setMin();
  if (opened === Opened.MISSING) stream.create(db, name);
  if (openGroup(request.arg(3))) return reply.error('BUSYGROUP Consumer Group name already exists');
  const ref = groups.add(request.arg(3));
  stream.groups = groups.ref;
  group.open(stream.slab, ref).setLastId(id);
  group.entriesRead = options.entriesRead;
  session.changed(name, NotifyClass.STREAM, 'xgroup-create');
  reply.ok();
}

function setIdCommand(session: Session, request: Request): void {
  const options = parse(session, request, false);
  if (options === null || !openBoth(session, request)) return;
  if (request.is(4, '$')) stream.readLastId(id);
  else if (!intervalArgument(session, request, 4, id, null)) return;
  group.setLastId(id);
  group.entriesRead = options.entriesRead;
  session.changed(request.arg(2), NotifyClass.STREAM, 'xgroup-setid');
  session.reply.ok();
}

function destroyCommand(session: Session, request: Request): void {
  if (!openStream(session, request)) return;
  if (!openGroup(request.arg(3))) return session.reply.integer(0);
  group.release();
  groups.remove(request.arg(3));
  stream.groups = groups.ref;
  session.changed(request.arg(2), NotifyClass.STREAM, 'xgroup-destroy');
  session.reply.integer(1);
}

function createConsumerCommand(session: Session, request: Request): void {
  if (!openBoth(session, request)) return;
  const name = request.arg(4);
  if (group.findConsumer(name) !== 0) return session.reply.integer(0);
  group.createConsumer(name, session.now);
  session.changed(request.arg(2), NotifyClass.STREAM, 'xgroup-createconsumer');
  session.reply.integer(1);
}

function delConsumerCommand(session: Session, request: Request): void {
  if (!openBoth(session, request)) return;
  if (group.findConsumer(request.arg(4)) === 0) return session.reply.integer(0);
  const pending = group.removeConsumer(request.arg(4));
  session.changed(request.arg(2), NotifyClass.STREAM, 'xgroup-delconsumer');
  session.reply.integer(pending);
}

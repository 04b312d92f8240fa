import { parseInteger } from '../../../bytes/integer.js';
import type { Request } from '../../../protocol/request.js';
import { encodingName } from '../../../storage/encoding.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

const SWITCHING =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const LFU_SELECTED = `ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`;
const LFU_NOT_SELECTED = `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`;

/** Redis keeps one object each for the integers below this, and tells this count of references to it. */
const SHARED_INTEGERS = 10_000;
const SHARED_REFCOUNT = 2_147_483_647;

const HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Tell how the value at <key> is kept.',
  'FREQ <key>',
  '    Tell the access frequency index of <key>; the logarithmic counter of the LFU policies.',
  'IDLETIME <key>',
  '    Tell for how many seconds <key> has not been used.',
  'REFCOUNT <key>',
  '    Tell how many references there are to the value at <key>.',
  'HELP',
  '    Print this help.',
];

export const object: CommandSpec = {
  name: 'object',
  group: 'generic',
  summary: 'Looks at how values are kept.',
  since: '2.2.3',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [
    inspection('encoding', 'Tells how the value at a key is kept.', '2.2.3', encoding),
    inspection('freq', 'Tells the access frequency of a key, under an LFU policy.', '4.0.0', frequency),
    {
      name: 'help',
      group: 'generic',
      summary: 'Lists the subcommands.',
      since: '6.2.0',
      complexity: 'O(1)',
      syntax: '',
      arity: 2,
      flags: Flag.LOADING | Flag.STALE,
      handler: (session) => {
        session.reply.array(HELP.length);
        for (const line of HELP) session.reply.simple(line);
      },
    },
    inspection('idletime', 'Tells how long a key has not been used.', '2.2.3', idleTime),
    inspection('refcount', 'Tells how many references there are to a value.', '2.2.3', refcount),
  ],
};

function inspection(
  name: string,
  summary: string,
  since: string,
  tell: (session: Session, ref: number) => void,
): CommandSpec {
  return {
    name,
    group: 'generic',
    summary,
    since,
    complexity: 'O(1)',
    syntax: 'key',
    arity: 3,
    flags: Flag.READONLY,
    keys: [key('RO', 2)],
    tips: ['nondeterministic_output'],
    handler: (session: Session, request: Request) => {
      const ref = session.db.findLive(request.arg(2), session.now);
      const { keyspace } = session.db;
      if (ref === 0) {
        keyspace.misses++;
        return session.reply.null();
      }
      keyspace.hits++;
      tell(session, ref);
    },
  };
}

function encoding(session: Session, ref: number): void {
  session.reply.text(encodingName(session.db, ref));
}

function frequency(session: Session, ref: number): void {
  const { accessClock } = session.server.keyspace;
  if (!accessClock.lfu) return session.reply.error(LFU_NOT_SELECTED);
  session.reply.integer(accessClock.frequency(session.db.records.access(ref)));
}

function idleTime(session: Session, ref: number): void {
  if (session.server.keyspace.accessClock.lfu) return session.reply.error(LFU_SELECTED);
  session.reply.integer(session.db.idleSeconds(ref));
}

function refcount(session: Session, ref: number): void {
  const { db, reply, server } = session;
  const value = db.representation(ref) === 0 ? parseInteger(db.valueOf(ref)) : NaN;
  const shared = value >= 0 && value < SHARED_INTEGERS && !server.usesAccessPerValue;
  reply.integer(shared ? SHARED_REFCOUNT : 1);
}

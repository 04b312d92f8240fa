import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { helpSubcommand } from '../help.js';
import { integerArgument } from '../../arguments/arguments.js';
import { memoryReport, memoryStatistics } from './memory-report.js';

/** What a key costs in the index. */
const INDEX_BYTES = 8;
/** What an expiry costs in the table of expiries. */
const EXPIRY_BYTES = 12;
/** As Redis's. */
const SAMPLES_DEFAULT = 5;

const SPECIAL = ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'];

const memoryUsage: CommandSpec = {
  name: 'usage',
  group: 'server',
  summary: 'Tells the bytes that a key and its value occupy.',
  since: '4.0.0',
  complexity: 'O(N) where N is the number of samples.',
  syntax: 'key [SAMPLES count]',
  arity: -3,
  flags: Flag.READONLY,
  keys: [key('RO', 2)],
  handler: usageCommand,
};

function usageCommand(session: Session, request: Request): void {
  const { reply, db } = session;
  let samples = SAMPLES_DEFAULT;
  for (let i = 3; i < request.count; i += 2) {
    if (!request.is(i, 'samples') || i + 1 >= request.count) return reply.error(errors.SYNTAX);
    const given = integerArgument(session, request, i + 1);
    if (given === null) return;
    if (given < 0) return reply.error(errors.SYNTAX);
    samples = given;
  }
  const ref = db.findLive(request.arg(2), session.now);
  if (ref === 0) return reply.null();
  const parts = db.keyspace.partBytes[db.representation(ref)]?.(db, ref, samples) ?? 0;
  const expiry = db.expireAtMs(ref) < 0 ? 0 : EXPIRY_BYTES;
  reply.integer(db.records.slab.bytesOf(ref) + parts + INDEX_BYTES + expiry);
}

const memoryStats: CommandSpec = {
  name: 'stats',
  group: 'server',
  summary: 'Tells what the memory is used for.',
  since: '4.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: 0,
  tips: SPECIAL,
  handler: statsCommand,
};

function statsCommand(session: Session): void {
  const { reply, server } = session;
  const statistics = memoryStatistics(server);
  const databases = server.keyspace.databases.filter((database) => database.size > 0);
  reply.map(statistics.length + databases.length);
  for (const [name, value, isRatio] of statistics) {
    if (name === 'overhead.total') replyDatabases(session, databases);
    reply.text(name);
    if (isRatio) reply.double(value);
    else reply.integer(value);
  }
}

function replyDatabases({ reply }: Session, databases: readonly Database[]): void {
  for (const database of databases) {
    reply.text(`db.${database.number}`);
    reply.map(3);
    reply.text('overhead.hashtable.main');
    reply.integer(database.indexBytes);
    reply.text('overhead.hashtable.expires');
    reply.integer(database.expires.bytes);
    reply.text('overhead.hashtable.slot-to-keys');
    reply.integer(0);
  }
}

const memoryDoctor: CommandSpec = {
  name: 'doctor',
  group: 'server',
  summary: 'Says in words whether something is wrong with the memory.',
  since: '4.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: 0,
  tips: SPECIAL,
  handler: (session) => session.reply.verbatim('txt', memoryReport(session.server)),
};

const memoryMallocStats: CommandSpec = {
  name: 'malloc-stats',
  group: 'server',
  summary: 'Tells what the allocator of the data holds.',
  since: '4.0.0',
  complexity: 'Depends on how much memory is allocated, could be slow',
  syntax: '',
  arity: 2,
  flags: 0,
  tips: SPECIAL,
  handler: (session): void => {
    const { slab } = session.server.keyspace;
    session.reply.verbatim('txt', `pages: ${slab.reservedBytes} bytes, live: ${slab.liveBytes} bytes\n`);
  },
};

const memoryPurge: CommandSpec = {
  name: 'purge',
  group: 'server',
  summary: 'Moves records off almost empty pages, soon and in slices, so that those can be given back.',
  since: '4.0.0',
  complexity: 'Depends on how much memory is allocated, could be slow',
  syntax: '',
  arity: 2,
  flags: 0,
  tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  handler: (session) => {
    session.server.compaction.request();
    session.reply.ok();
  },
};

const SUBCOMMANDS = [memoryDoctor, memoryMallocStats, memoryPurge, memoryStats, memoryUsage];

export const memory: CommandSpec = {
  name: 'memory',
  group: 'server',
  summary: 'Commands about the memory of the server.',
  since: '4.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [...SUBCOMMANDS, helpSubcommand('memory', 'server', '4.0.0', SUBCOMMANDS)],
};

import { globMatches } from '../../../bytes/glob.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';
import { helpSubcommand } from '../help.js';

const FLAGS = Flag.PUBSUB | Flag.LOADING | Flag.STALE;

const pubsubChannels: CommandSpec = {
  name: 'channels',
  group: 'pubsub',
  summary: 'Lists the channels that have subscribers.',
  since: '2.8.0',
  complexity:
    'O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns)',
  syntax: '[pattern]',
  arity: -2,
  flags: FLAGS,
  handler: (session, request) => replyChannels(session, request, session.server.pubsub.channels),
};

const pubsubNumPat: CommandSpec = {
  name: 'numpat',
  group: 'pubsub',
  summary: 'Tells the number of different patterns that clients listen to.',
  since: '2.8.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: FLAGS,
  handler: (session) => session.reply.integer(session.server.pubsub.patterns.size),
};

const pubsubNumSub: CommandSpec = {
  name: 'numsub',
  group: 'pubsub',
  summary: 'Tells the number of subscribers of channels.',
  since: '2.8.0',
  complexity: 'O(N) for the NUMSUB subcommand, where N is the number of requested channels',
  syntax: '[channel [channel ...]]',
  arity: -2,
  flags: FLAGS,
  handler: (session, request) => replyCounts(session, request, session.server.pubsub.channels),
};

const pubsubShardChannels: CommandSpec = {
  name: 'shardchannels',
  group: 'pubsub',
  summary: 'Lists the shard channels that have subscribers.',
  since: '7.0.0',
  complexity:
    'O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).',
  syntax: '[pattern]',
  arity: -2,
  flags: FLAGS,
  handler: (session, request) => replyChannels(session, request, session.server.pubsub.shardChannels),
};

const pubsubShardNumSub: CommandSpec = {
  name: 'shardnumsub',
  group: 'pubsub',
  summary: 'Tells the number of subscribers of shard channels.',
  since: '7.0.0',
  complexity: 'O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels',
  syntax: '[shardchannel [shardchannel ...]]',
  arity: -2,
  flags: FLAGS,
  handler: (session, request) => replyCounts(session, request, session.server.pubsub.shardChannels),
};

const SUBCOMMANDS = [pubsubChannels, pubsubNumPat, pubsubNumSub, pubsubShardChannels, pubsubShardNumSub];

export const pubsub: CommandSpec = {
  name: 'pubsub',
  group: 'pubsub',
  summary: 'Commands about who listens to what.',
  since: '2.8.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [...SUBCOMMANDS, helpSubcommand('pubsub', 'pubsub', '6.2.0', SUBCOMMANDS)],
};

type Subscribers = ReadonlyMap<string, ReadonlySet<Session>>;

function replyChannels(session: Session, request: Request, subscribers: Subscribers): void {
  if (request.count > 3) {
    const shown = request.string(1);
    const container = request.word(0).toUpperCase();
    return session.reply.error(
      `ERR unknown subcommand or wrong number of arguments for '${shown}'. Try ${container} HELP.`,
    );
  }
  const pattern = request.count === 3 ? request.string(2) : '*';
  session.reply.texts([...subscribers.keys()].filter((channel) => globMatches(pattern, channel)));
}

function replyCounts(session: Session, request: Request, subscribers: Subscribers): void {
  const { reply } = session;
  reply.array(2 * (request.count - 2));
  for (let i = 2; i < request.count; i++) {
    reply.bulk(request.arg(i));
    reply.integer(subscribers.get(request.string(i))?.size ?? 0);
  }
}

import { type CommandSpec, Flag } from '../command.js';

const FLAGS = Flag.PUBSUB | Flag.LOADING | Flag.STALE | Flag.FAST;

export const publish: CommandSpec = {
  name: 'publish',
  group: 'pubsub',
  summary: 'Sends a message to the subscribers of a channel; replies how many got it.',
  since: '2.0.0',
  complexity:
    'O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).',
  syntax: 'channel message',
  arity: 3,
  flags: FLAGS | Flag.MAY_REPLICATE,
  handler: (session, request): void => {
    session.reply.integer(session.server.pubsub.publish(request.string(1), request.string(2)));
  },
};

export const spublish: CommandSpec = {
  name: 'spublish',
  group: 'pubsub',
  summary: 'Sends a message to the subscribers of a shard channel; replies how many got it.',
  since: '7.0.0',
  complexity: 'O(N) where N is the number of clients subscribed to the receiving shard channel.',
  syntax: 'shardchannel message',
  arity: 3,
  flags: FLAGS | Flag.MAY_REPLICATE,
  keys: [{ flags: 'NOT_KEY', find: { kind: 'range', first: 1, last: 1, step: 1 } }],
  handler: (session, request): void => {
    session.reply.integer(session.server.pubsub.publishShard(request.string(1), request.string(2)));
  },
};

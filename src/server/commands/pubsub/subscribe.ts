import type { Request } from '../../../protocol/request.js';
import type { SubscriptionKind } from '../../pubsub/pubsub.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

const FLAGS = Flag.PUBSUB | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.SUBSCRIBER;

export const subscribe: CommandSpec = {
  name: 'subscribe',
  group: 'pubsub',
  summary: 'Listens to channels.',
  since: '2.0.0',
  complexity: 'O(N) where N is the number of channels to subscribe to.',
  syntax: 'channel [channel ...]',
  arity: -2,
  flags: FLAGS,
  handler: (session, request) => subscribeTo(session, request, 'channels', 'subscribe'),
};

export const psubscribe: CommandSpec = {
  name: 'psubscribe',
  group: 'pubsub',
  summary: 'Listens to the channels that match patterns.',
  since: '2.0.0',
  complexity: 'O(N) where N is the number of patterns the client is already subscribed to.',
  syntax: 'pattern [pattern ...]',
  arity: -2,
  flags: FLAGS,
  handler: (session, request) => subscribeTo(session, request, 'patterns', 'psubscribe'),
};

export const ssubscribe: CommandSpec = {
  name: 'ssubscribe',
  group: 'pubsub',
  summary: 'Listens to shard channels.',
  since: '7.0.0',
  complexity: 'O(N) where N is the number of shard channels to subscribe to.',
  syntax: 'shardchannel [shardchannel ...]',
  arity: -2,
  flags: FLAGS,
  keys: [{ flags: 'NOT_KEY', find: { kind: 'range', first: 1, last: -1, step: 1 } }],
  handler: (session, request) => subscribeTo(session, request, 'shardChannels', 'ssubscribe'),
};

export const unsubscribe: CommandSpec = {
  name: 'unsubscribe',
  group: 'pubsub',
  summary: 'Stops listening to channels, to all of them if none is named.',
  since: '2.0.0',
  complexity: 'O(N) where N is the number of clients already subscribed to a channel.',
  syntax: '[channel [channel ...]]',
  arity: -1,
  flags: FLAGS,
  handler: (session, request) => unsubscribeFrom(session, request, 'channels', 'unsubscribe'),
};

export const punsubscribe: CommandSpec = {
  name: 'punsubscribe',
  group: 'pubsub',
  summary: 'Stops listening to patterns, to all of them if none is named.',
  since: '2.0.0',
  complexity:
    'O(N+M) where N is the number of patterns the client is already subscribed and M is the number of total patterns subscribed in the system (by any client).',
  syntax: '[pattern [pattern ...]]',
  arity: -1,
  flags: FLAGS,
  handler: (session, request) => unsubscribeFrom(session, request, 'patterns', 'punsubscribe'),
};

export const sunsubscribe: CommandSpec = {
  name: 'sunsubscribe',
  group: 'pubsub',
  summary: 'Stops listening to shard channels, to all of them if none is named.',
  since: '7.0.0',
  complexity: 'O(N) where N is the number of clients already subscribed to a channel.',
  syntax: '[shardchannel [shardchannel ...]]',
  arity: -1,
  flags: FLAGS,
  keys: [{ flags: 'NOT_KEY', find: { kind: 'range', first: 1, last: -1, step: 1 } }],
  handler: (session, request) => unsubscribeFrom(session, request, 'shardChannels', 'sunsubscribe'),
};

function subscribeTo(session: Session, request: Request, kind: SubscriptionKind, word: string): void {
  for (let i = 1; i < request.count; i++) {
    const name = request.string(i);
    session.server.pubsub.subscribe(session, kind, name);
    tell(session, word, name, kind);
  }
}

function unsubscribeFrom(session: Session, request: Request, kind: SubscriptionKind, word: string): void {
  const names = request.count > 1 ? request.strings(1) : [...(session.subscriptions?.[kind] ?? [])];
  for (const name of names) {
    session.server.pubsub.unsubscribe(session, kind, name);
    tell(session, word, name, kind);
  }
  if (names.length === 0) tell(session, word, null, kind);
}

/** A confirmation is a message, not a reply: CLIENT REPLY OFF does not hold it back. */
function tell(session: Session, word: string, name: string | null, kind: SubscriptionKind): void {
  session.server.pipeline.writeTo(session, () => {
    confirm(session, word, name, kind);
  });
}

/** Tells one change and how many subscriptions there are now. */
function confirm(session: Session, word: string, name: string | null, kind: SubscriptionKind): void {
  const { reply, subscriptions } = session;
  reply.push(3);
  reply.text(word);
  if (name === null) reply.null();
  else reply.text(name);
  const shard = kind === 'shardChannels';
  reply.integer((shard ? subscriptions?.shardChannels.size : subscriptions?.count) ?? 0);
}

import { globMatches } from '../../bytes/glob.js';
import { encodeMessage } from './pubsub-message.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from '../clients/session.js';

/** What one session is subscribed to. Names are strings of one character per byte. */
export class Subscriptions {
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();

  /** Channels and patterns: the number that replies to (P)SUBSCRIBE tell. */
  get count(): number {
    return this.channels.size + this.patterns.size;
  }

  get total(): number {
    return this.count + this.shardChannels.size;
  }
}

export type SubscriptionKind = 'channels' | 'patterns' | 'shardChannels';
type Subscribers = Map<string, Set<Session>>;

/** Who is subscribed to what, and the delivery of messages. */
export class PubSub {
  readonly channels: Subscribers = new Map();
  readonly patterns: Subscribers = new Map();
  readonly shardChannels: Subscribers = new Map();

  constructor(private readonly server: Server) {}

  subscribe(session: Session, kind: SubscriptionKind, name: string): void {
    const own = (session.subscriptions ??= new Subscriptions());
    if (own[kind].has(name)) return;
    own[kind].add(name);
    session.flags |= SessionFlag.PUBSUB;
    const all = this[kind];
    const subscribers = all.get(name);
    if (subscribers === undefined) all.set(name, new Set([session]));
    else subscribers.add(session);
  }

  unsubscribe(session: Session, kind: SubscriptionKind, name: string): void {
    const own = session.subscriptions;
    if (own?.[kind].delete(name) !== true) return;
    const subscribers = this[kind].get(name)!;
    subscribers.delete(session);
    if (subscribers.size === 0) this[kind].delete(name);
    if (own.total === 0) session.flags &= ~SessionFlag.PUBSUB;
  }

  /** Ends all subscriptions of a session that is reset or gone. */
  unsubscribeAll(session: Session): void {
    const own = session.subscriptions;
    if (own === null) return;
    for (const kind of ['channels', 'patterns', 'shardChannels'] as const) {
      for (const name of own[kind]) this.unsubscribe(session, kind, name);
    }
    session.subscriptions = null;
  }

  /** Delivers a message to the subscribers of a channel and of the patterns that match it; how many there were. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    const subscribers = this.channels.get(channel);
    if (subscribers !== undefined) receivers += this.deliver(subscribers, ['message', channel, message]);
    for (const [pattern, matched] of this.patterns) {
      if (!globMatches(pattern, channel)) continue;
      receivers += this.deliver(matched, ['pmessage', pattern, channel, message]);
    }
    return receivers;
  }

  /** As `publish`, for sharded channels, which have no patterns. */
  publishShard(channel: string, message: string): number {
    const subscribers = this.shardChannels.get(channel);
    return subscribers === undefined ? 0 : this.deliver(subscribers, ['smessage', channel, message]);
  }

  /** Sends one message to many: it is encoded once for each version of RESP. */
  private deliver(subscribers: ReadonlySet<Session>, parts: readonly string[]): number {
    let resp2: Buffer | null = null;
    let resp3: Buffer | null = null;
    for (const session of subscribers) {
      const bytes =
        session.resp === 3 ? (resp3 ??= encodeMessage(parts, 3)) : (resp2 ??= encodeMessage(parts, 2));
      this.server.pipeline.messageTo(session, bytes);
    }
    return subscribers.size;
  }
}

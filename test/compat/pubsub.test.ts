import { compatSuite } from './compat.js';

const { transcript } = compatSuite();

transcript('Subscriptions are confirmed and messages delivered', [
  '[push] SUBSCRIBE a',
  '[push] PSUBSCRIBE a*',
  '[push] SSUBSCRIBE s',
  '[2] PUBLISH a hello',
  '[push] ',
  '[push] ',
  '[2] SPUBLISH s hi',
  '[push] ',
  '[2] PUBSUB NUMSUB a b',
  '[2] PUBSUB NUMPAT',
  '[2] PUBSUB CHANNELS',
  '[2] PUBSUB SHARDCHANNELS',
  '[2] PUBSUB SHARDNUMSUB s',
  'PING',
  '[push] UNSUBSCRIBE',
  '[push] PUNSUBSCRIBE',
  '[push] SUNSUBSCRIBE',
  '[push] UNSUBSCRIBE',
]);

transcript('A RESP2 client that is subscribed may not do anything else', [
  '[resp2 push] SUBSCRIBE a',
  '[resp2] GET k',
  '[resp2] PING hi',
  '[resp2] RESET',
]);

transcript('Keyspace events of the classes wanted are published', [
  'CONFIG SET notify-keyspace-events KEA',
  '[2 push] PSUBSCRIBE __key*__:*',
  'SET k v',
  '[2 push] ',
  '[2 push] ',
  'EXPIRE k 100',
  '[2 push] ',
  '[2 push] ',
  'DEL k',
  '[2 push] ',
  '[2 push] ',
  'CONFIG SET notify-keyspace-events ""',
]);

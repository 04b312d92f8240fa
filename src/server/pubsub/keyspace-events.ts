import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../../storage/database.js';
import type { Server } from '../server.js';
import { NotifyClass } from './notifications.js';

/** Tells of events of these classes (bits of `NotifyClass`) from now on. */
export function notifyKeyspaceEvents(server: Server, flags: number): void {
  const { keyspace } = server;
  server.notifyFlags = flags;
  const teller = (notifyClass: NotifyClass, event: string) =>
    (flags & notifyClass) === 0
      ? null
      : (database: Database, key: Bytes): void => {
          publishKeyspaceEvent(server, database, key, event);
        };
  keyspace.onMissed = teller(NotifyClass.KEY_MISS, 'keymiss');
  keyspace.onCreated = teller(NotifyClass.NEW, 'new');
}

/** Tells the subscribers of keyspace events of one whose class is wanted. */
export function publishKeyspaceEvent(server: Server, database: Database, key: Bytes, event: string): void {
  const name = key.toString();
  const { number } = database;
  const { notifyFlags, pubsub } = server;
  if ((notifyFlags & NotifyClass.KEYSPACE) !== 0) pubsub.publish(`__keyspace@${number}__:${name}`, event);
  if ((notifyFlags & NotifyClass.KEYEVENT) !== 0) pubsub.publish(`__keyevent@${number}__:${event}`, name);
}

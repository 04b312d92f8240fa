import { parseInteger } from '../../../bytes/integer.js';
import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { encodingName } from '../../../storage/encoding.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { NotifyClass } from '../../pubsub/notifications.js';

/** Subcommands of DEBUG that look at keys. */

export const debugObject = {
  name: 'object',
  syntax: 'key',
  summary: 'Tells how a value is kept.',
  least: 1,
  most: 1,
  handler: (session: Session, request: Request): void => {
    const { db, reply } = session;
    const ref = db.findLive(request.arg(2), session.now);
    if (ref === 0) return reply.error(errors.NO_SUCH_KEY);
    const lru = Math.floor(session.now / 1000 - db.idleSeconds(ref)) & 0xff_ffff;
    reply.simple(
      `Value at:0x${ref.toString(16)} refcount:1 encoding:${encodingName(db, ref)} ` +
        `serializedlength:${db.records.valueLength(ref)} lru:${lru} lru_seconds_idle:${db.idleSeconds(ref)}`,
    );
  },
};

export const debugSdslen = {
  name: 'sdslen',
  syntax: 'key',
  summary: 'Tells the lengths of a key and its string.',
  least: 1,
  most: 1,
  handler: (session: Session, request: Request): void => {
    const { db, reply } = session;
    const ref = db.findLive(request.arg(2), session.now);
    if (ref === 0) return reply.error(errors.NO_SUCH_KEY);
    if (db.type(ref) !== 0) return reply.error('ERR Not an sds encoded string.');
    const key = request.length(2);
    const value = db.records.valueLength(ref);
    reply.simple(
      `key_sds_len:${key}, key_sds_avail:0, key_zmalloc: ${key}, val_sds_len:${value}, val_sds_avail:0, val_zmalloc: ${value}`,
    );
  },
};

export const debugHtstats = {
  name: 'htstats',
  syntax: 'dbid',
  summary: 'Tells the sizes of the indexes of a database.',
  least: 1,
  most: 1,
  handler: (session: Session, request: Request): void => {
    const number = integerArgument(session, request, 2, 'ERR Out of range database');
    if (number === null) return;
    const db = session.server.keyspace.databases[number];
    if (db === undefined) return session.reply.error('ERR Out of range database');
    session.reply.verbatim(
      'txt',
      `[Dictionary HT]\n${tableText(db.size)}[Expires HT]\n${tableText(db.expires.size)}`,
    );
  },
};

export const debugHtstatsKey = {
  name: 'htstats-key',
  syntax: 'key',
  summary: 'As HTSTATS, for the table inside a value.',
  least: 1,
  most: 1,
  handler: (session: Session, request: Request): void => {
    const ref = session.db.findLive(request.arg(2), session.now);
    if (ref === 0) return session.reply.error(errors.NO_SUCH_KEY);
    session.reply.error('ERR The value stored at the specified key is not represented using an hash table');
  },
};

/** The bound keeps a slip of the finger from filling the memory. */
const POPULATE_KEYS_MAX = 100_000_000;

export const debugPopulate = {
  name: 'populate',
  syntax: 'count [prefix] [size]',
  summary: 'Creates string keys named prefix:number.',
  least: 1,
  most: 3,
  handler: (session: Session, request: Request): void => {
    const count = integerArgument(session, request, 2);
    if (count === null) return;
    const size = request.count > 4 ? parseInteger(request.arg(4)) : 0;
    if (!(count >= 0 && count <= POPULATE_KEYS_MAX) || !(size >= 0 && size <= 512 * 1024 * 1024)) {
      return session.reply.error(errors.OUT_OF_RANGE);
    }
    const prefix = request.count > 3 ? request.string(3) : 'key';
    for (let i = 0; i < count; i++) populate(session, `${prefix}:${i}`, `value:${i}`, size);
    session.reply.ok();
  },
};

function populate(session: Session, name: string, text: string, size: number): void {
  const key = Bytes.from(name);
  if (session.db.find(key) !== 0) return;
  const value = size === 0 ? text : text.slice(0, size).padEnd(size, '\0');
  session.db.setString(0, key, Bytes.from(value), false);
  session.changed(key, NotifyClass.STRING, 'set');
}

function tableText(entries: number): string {
  if (entries === 0) {
    return 'Hash table 0 stats (main hash table):\nNo stats available for empty dictionaries\n';
  }
  return `Hash table 0 stats (main hash table):\n table size: ${entries}\n number of elements: ${entries}\n`;
}
